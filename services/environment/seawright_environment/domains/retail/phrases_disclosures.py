"""The words of customers who tell their wish in pieces, change their mind, or tell too much."""

from collections.abc import Mapping

CORRECTION = "Wait, I changed my mind. "

PIECES: Mapping[str, tuple[str, ...]] = {
    "cancel": ("It is about {order}.", "The reason is: {reason}."),
    "address": ("It is about {order}.", "The new address is {address}."),
    "payment": ("It is about {order}.", "I want to pay with {payment}."),
    "items": ("It is about {order}.", "Please change {swaps}.", "Use {payment}."),
    "exchange": ("It is about {order}.", "Please exchange {swaps}.", "Use {payment}."),
    "return": ("It is about {order}.", "I want to return {items}.", "Refund to {payment}."),
    "profile": ("The new address is {address}.",),
    "info/status": ("It is about {order}.", "I want to know its status."),
    "info/total": ("It is about {order}.", "I want to know what I paid."),
    "info/tracking": ("It is about {order}.", "I want to know its tracking id."),
    "info/cancel_reason": ("It is about {order}.", "I want to know why it was cancelled."),
}
"""By the key of the wish's phrase. What is not here is one piece."""

FIRST_THOUGHTS: Mapping[str, str] = {
    "cancel": "I want to change the items of {order}.",
    "address": "I want to cancel {order}.",
    "payment": "I want to cancel {order}.",
    "items": "I want to cancel {order}.",
    "exchange": "I want to return {items} of {order}.",
    "return": "I want to exchange {items} of {order}.",
    "profile": "I want to send an order to another address.",
    "info": "I want to cancel {order}.",
    "human": "I want to know the status of an order.",
}
"""By the words of a goal type: what is asked for before the mind is changed."""

ASIDE_ITEM = "By the way, I also have the {item} from you; leave that as it is."
ASIDE_PAYMENT = "By the way, my profile has a {kind} as well; that does not matter here."
ASIDE_NAME = "By the way, my first name is {name}."
