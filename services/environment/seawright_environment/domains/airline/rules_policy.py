"""The rules of the policy document that decide outcomes, by the words they stand in."""

from seawright_shared.records.domains import PolicyRule

_TEXTS = {
    "cancel.recent": "it was made within the last 24 hours",
    "cancel.airline": "the airline cancelled a flight of it",
    "cancel.business": "it is in business",
    "cancel.insurance": "it is insured, and the insurance covers the reason",
    "cancel.flown": "If any part was flown, you cannot cancel: hand over to a person.",
    "flights.basic_economy": "**Flights.** Not in basic economy.",
    "flights.flown": "A flight that has left cannot be given up for another one.",
    "cabin.flown": "Once a flight was flown, the\n  cabin stays.",
    "bags.free": "free for each passenger are",
    "bags.added": "Bags can be added, never removed.",
    "passengers.number": "Names may change, the number may not; a person cannot do that either.",
    "paying.update": (
        "one gift card or one credit card of the profile pays or receives the\n  difference"
    ),
    "booking.passengers": "One to five passengers",
    "booking.paying": "at most one certificate, one credit card and three gift cards",
    "compensation.entitled": "It is only for silver and gold\nmembers, for insured reservations",
    "compensation.cancelled": (
        "A flight of the reservation was **cancelled**, and the user complains: a certificate of "
        "100 dollars a passenger."
    ),
    "compensation.delayed": "A flight was **delayed**, the user complains, and wants to change",
    "transfer.scope": "only when a request lies outside what you can do",
}
POLICY_RULES = tuple(PolicyRule(id=name, text=text) for name, text in _TEXTS.items())
