"""The words of customers who tell their wish in pieces, change their mind, or tell too much."""

from collections.abc import Mapping

CORRECTION = "Wait, I changed my mind. "
_ABOUT = "It is about {reservation}."

PIECES: Mapping[str, tuple[str, ...]] = {
    "cancel": (_ABOUT, "The reason is: {reason}."),
    "flights": (_ABOUT, "I want to fly {flights} instead.", "Use {payment} for the difference."),
    "cabin": (_ABOUT, "I want to fly in {cabin}.", "Use {payment} for the difference."),
    "bags": (_ABOUT, "I want to have {total} checked bags in all.", "Use {payment}."),
    "passengers": (_ABOUT, "The passengers should be: {passengers}."),
    "compensation": (
        _ABOUT,
        "A flight of it was {complaint}.",
        "I want to be compensated for that.",
    ),
    "delay": (
        _ABOUT,
        "Flight {flight_number} on {date} is delayed.",
        "I want to cancel, and to be compensated for the delay.",
        "The reason is: {reason}.",
    ),
    "book": (
        "From {origin} to {destination} on {date}, in {cabin}.",
        "I want {choice}.",
        "The passengers: {passengers}.",
        "Checked bags in all: {total}; insurance: {insurance}.",
        "I pay with {payments}.",
    ),
    "info/total": (_ABOUT, "I want to know what I paid."),
    "info/bags": (_ABOUT, "I want to know how many checked bags it has."),
    "info/free_bags": (_ABOUT, "I want to know how many checked bags are free in all."),
    "info/num_passengers": (_ABOUT, "I want to know how many people fly."),
    "info/flight_status": (_ABOUT, "I want to know the status of its first flight."),
    "info/departure_date": (_ABOUT, "I want to know on which day it starts."),
}
"""By the key of the wish's phrase. What is not here is one piece."""

FIRST_THOUGHTS: Mapping[str, str] = {
    "cancel": "I want to fly at another time on {reservation}.",
    "flights": "I want to cancel {reservation}.",
    "cabin": "I want to change who flies on {reservation}.",
    "bags": "I want to fly in another cabin on {reservation}.",
    "passengers": "I want to cancel {reservation}.",
    "compensation": "I want to cancel {reservation}.",
    "delay": "I want to fly at another time on {reservation}.",
    "book": "I want to change a trip that I have booked.",
    "info": "I want to cancel {reservation}.",
    "human": "I want to know what I paid for a trip.",
}
"""By the words of a goal type: what is asked for before the mind is changed."""

ASIDE_TRIP = (
    "By the way, I also have a trip from {origin} to {destination} with you; leave that as it is."
)
ASIDE_PAYMENT = "By the way, my profile has a {kind} as well; that does not matter here."
ASIDE_NAME = "By the way, my first name is {name}."
PAYMENT_KINDS: Mapping[str, str] = {
    "credit_card": "credit card",
    "gift_card": "gift card",
    "certificate": "travel certificate",
}
