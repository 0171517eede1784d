"""The rules of the policy document that decide outcomes, by the words they stand in."""

from seawright_shared.records.domains import PolicyRule

_TEXTS = {
    "cancel.recent": "it was made within the last 24 hours",
    "cancel.airline": "the airline cancelled a flight of it",
    "cancel.business": "it is in business",
    "cancel.insurance": "it is insured, and the insurance covers the reason",
    "cancel.flown": "If any part was flown, you cannot cancel: hand over to a person.",
    "cancel.grounds": (
        "Otherwise a reservation may be cancelled if at least one\nof these holds, and not else:"
    ),
    "changes.over": "A trip that was flown to its end stays as\n  it is",
    "flights.basic_economy": "**Flights.** Not in basic economy.",
    "flights.flown": "A flight that has left cannot be given up for another one.",
    "flights.route": "Airports of departure and arrival and the trip type stay.",
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
    "compensation.facts": "Look at the facts before you promise anything.",
    "compensation.delayed": "A flight was **delayed**, the user complains, and wants to change",
    "transfer.scope": "only when a request lies outside what you can do",
}
POLICY_RULES = tuple(PolicyRule(id=name, text=text) for name, text in _TEXTS.items())

EXPLANATIONS = {
    "cancel.flown": "a part of it was flown",
    "cancel.grounds": "there is no ground to cancel it",
    "changes.over": "the trip was flown to its end",
    "flights.basic_economy": "flights in basic economy stay",
    "flights.flown": "a flight that has left stays",
    "flights.route": "the airports stay",
    "cabin.flown": "the cabin stays once a flight was flown",
    "bags.added": "bags are never taken off",
    "passengers.number": "the number of passengers stays",
    "paying.update": "the payment method cannot pay for that",
    "booking.passengers": "a reservation is for five passengers at most",
    "booking.paying": "the payment methods cannot pay for that",
    "compensation.entitled": "there is no compensation for this customer and reservation",
    "compensation.facts": "no flight of it was cancelled or delayed as told",
}
"""What is told where a rule stands against a wish."""
