"""The rules of the policy document that decide outcomes, by the words they stand in."""

from collections.abc import Mapping

from seawright_shared.records.domains import PolicyRule

_TEXTS: Mapping[str, str] = {
    "customer.one": (
        "Serve any number of wishes of that customer; refuse what concerns somebody else."
    ),
    "cancel.pending": "Only a `pending` order. Needed: the order and the reason",
    "cancel.reason": (
        "which is `no longer needed` or `ordered by mistake`; for any\nother reason, refuse."
    ),
    "change.pending": "Only a `pending` order, and only these three things:",
    "change.payment": "One other method of the same customer.",
    "change.payment_covers": "A gift card must cover the whole amount.",
    "change.items": (
        "Each item may become another available variant of the same product; never another product."
    ),
    "change.items_cover": (
        "The customer names\n  the method that pays or receives the difference; a gift card must "
        "cover it."
    ),
    "return.delivered": "Only a `delivered` order. Needed: the order, the items",
    "return.refund": (
        "where the refund goes: the method that paid the order, or one of\nthe customer's gift cards."
    ),
    "exchange.delivered": "Only a `delivered` order. Each item",
    "exchange.items": (
        "Each item for another available variant of the same product; never another product."
    ),
    "exchange.covers": (
        "the method that pays or receives the difference; a gift card must cover it. The order "
        "becomes\n`exchange requested`"
    ),
    "transfer.scope": "only when a wish lies outside what your tools can do",
}
POLICY_RULES = tuple(PolicyRule(id=name, text=text) for name, text in _TEXTS.items())

EXPLANATIONS: Mapping[str, str] = {
    "cancel.pending": "it is {status}",
    "cancel.reason": "that is no reason to cancel",
    "change.pending": "it is {status}",
    "change.payment": "it is paid that way already",
    "change.payment_covers": "the gift card does not cover the amount",
    "change.items": "an item must become another variant that is available",
    "change.items_cover": "the gift card does not cover the difference",
    "return.delivered": "it is {status}",
    "return.refund": "the refund goes to the method that paid, or to a gift card",
    "exchange.delivered": "it is {status}",
    "exchange.items": "an item must become another variant that is available",
    "exchange.covers": "the gift card does not cover the difference",
}
"""What is told where a rule stands against a wish."""
