"""The words of customers and of the right agent: short and regular, so that a small model learns.

Customers vary a little; the agent's script does not. Placeholders are filled by `solution`. Keys
are the words of a goal type, with what sets its kinds apart after a stroke.
"""

from collections.abc import Mapping

PROCEED = "Shall I proceed? (yes/no)"
ANYTHING_ELSE = "Is there anything else I can help with?"
TRANSFERRED = "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."
ASK_IDENTITY = "Sure. What is your email, or your name and zip code?"
ASK_DETAILS = f"{ASK_IDENTITY} Please also tell me the details."
ONE_MORE = "One more thing. "
REFUSALS = ("cannot", "can not", "can't", "unable", "not possible", "not able")

GREETINGS: Mapping[str, tuple[str, ...]] = {
    "plain": ("Hi. ", "Hello. "),
    "brief": ("",),
    "polite": ("Hello, I hope you can help me. ", "Good day, thank you for helping. "),
}

WISHES: Mapping[str, tuple[str, ...]] = {
    "cancel": (
        "I want to cancel {order}. Reason: {reason}.",
        "Please cancel {order}, reason: {reason}.",
    ),
    "address": (
        "I want to ship {order} to {address}.",
        "Please ship {order} to {address} instead.",
    ),
    "payment": (
        "I want to pay {order} with {payment}.",
        "Please change the payment of {order} to {payment}.",
    ),
    "items": (
        "In {order} I want to change {swaps}. Use {payment}.",
        "Please change {swaps} in {order} and use {payment}.",
    ),
    "exchange": (
        "I want to exchange {swaps} in {order}. Use {payment}.",
        "Please exchange {swaps} in {order} and use {payment}.",
    ),
    "return": (
        "I want to return {items} of {order}. Refund to {payment}.",
        "Please return {items} of {order} and refund to {payment}.",
    ),
    "profile": (
        "I want to change my address to {address}.",
        "I moved. Please change my address to {address}.",
    ),
    "info/status": ("What is the status of {order}?", "Tell me the status of {order}."),
    "info/total": ("How much did I pay for {order}?", "What was the total of {order}?"),
    "info/tracking": ("What is the tracking id of {order}?",),
    "info/cancel_reason": ("Why was {order} cancelled?",),
    "human/bug": ("Your website shows an error when I log in.",),
    "human/discount": ("I want a discount for my next order.",),
    "human/lawyer": ("I need a signed invoice for my lawyer.",),
    "human/cancel": ("I want a person to cancel my order.",),
    "human/address": ("I want a person to change my address.",),
    "human/return": ("I want a person to take my order back.",),
    "human/payment": ("I want a person to change how I pay.",),
    "human/exchange": ("I want a person to exchange an item.",),
    "human/status": ("I want a person to tell me the status of my order.",),
    "human/total": ("I want a person to tell me what I paid.",),
}

VAGUE: Mapping[str, str] = {
    "cancel": "I want to cancel an order.",
    "address": "I want an order sent somewhere else.",
    "payment": "I want to pay an order another way.",
    "items": "I want to change an item of an order.",
    "exchange": "I want to exchange something.",
    "return": "I want to return something.",
    "profile": "I want to change my address.",
    "info": "I have a question about an order.",
    "human": "I have a problem.",
}
"""First messages of customers who give details only when asked."""

PROPOSALS: Mapping[str, str] = {
    "cancel": "I will cancel order {order_id}, reason: {reason}.",
    "address": "I will ship order {order_id} to {address}.",
    "payment": "I will pay order {order_id} with {payment_method_id}.",
    "items": ("I will change {swaps} in order {order_id} and use {payment_method_id}."),
    "exchange": ("I will exchange {swaps} in order {order_id} and use {payment_method_id}."),
    "return": ("I will return {items} of order {order_id} and refund to {payment_method_id}."),
    "profile": "I will change your address to {address}.",
}

REPORTS: Mapping[str, str] = {
    "cancel": "Done: order {order_id} is cancelled.",
    "address": "Done: order {order_id} has the new address.",
    "payment": "Done: order {order_id} is paid with {payment_method_id}.",
    "items": "Done: order {order_id} is changed.",
    "exchange": "Done: the exchange for order {order_id} is requested.",
    "return": "Done: the return for order {order_id} is requested.",
    "profile": "Done: your address is changed.",
    "info/status": "Order {order_id} is {answer}.",
    "info/total": "You paid {answer} for order {order_id}.",
    "info/tracking": "The tracking id of order {order_id} is {answer}.",
    "info/cancel_reason": "The reason for order {order_id} was: {answer}.",
}

DENIALS: Mapping[str, str] = {
    "cancel": "Sorry, I cannot cancel order {order_id}: {why}.",
    "address": "Sorry, I cannot change the address of order {order_id}: {why}.",
    "payment": "Sorry, I cannot change how order {order_id} is paid: {why}.",
    "items": "Sorry, I cannot change the items of order {order_id}: {why}.",
    "exchange": "Sorry, I cannot exchange items of order {order_id}: {why}.",
    "return": "Sorry, I cannot take items of order {order_id} back: {why}.",
}
"""Where a rule stands against the wish."""

MENTIONS: Mapping[str, tuple[str, ...]] = {
    "cancel": ("cancel", "{order_id}", "{reason}"),
    "address": ("{order_id}", "{address1}", "{address2}", "{city}", "{zip}"),
    "payment": ("pay", "{order_id}", "{payment_method_id}"),
    "items": ("{order_id}", "{payment_method_id}"),
    "exchange": ("exchange", "{order_id}", "{payment_method_id}"),
    "return": ("return", "{order_id}", "{payment_method_id}"),
    "profile": ("address", "{address1}", "{address2}", "{city}", "{zip}"),
    "info": ("{order_id}",),
    "human": (),
}
"""What the customer wants to see in a proposal; item ids are added to these."""

IDENTITY_CUES: tuple[str, ...] = (
    "email",
    "e-mail",
    "name",
    "zip",
    "identity",
    "verify",
    "who you are",
)
DETAIL_CUES: tuple[str, ...] = (
    "detail",
    "which",
    "order",
    "reason",
    "item",
    "address",
    "payment",
    "what would",
)
PAYMENT_KINDS = {"credit_card": "credit card", "paypal": "PayPal", "gift_card": "gift card"}
