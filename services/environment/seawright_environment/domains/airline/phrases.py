"""The words of customers and of the right agent: short and regular, so that a small model learns.

Customers vary a little; the agent's script does not. Placeholders are filled by `phrases_slots`.
Keys are the words of a goal type, with what sets its kinds apart after a stroke.
"""

from collections.abc import Mapping

PROCEED = "Shall I proceed? (yes/no)"
ANYTHING_ELSE = "Is there anything else I can help with?"
TRANSFERRED = "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."
ASK_IDENTITY = "Sure. What is your user id?"
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
        "I want to cancel {reservation}. Reason: {reason}.",
        "Please cancel {reservation}, reason: {reason}.",
    ),
    "flights": (
        "On {reservation} I want to fly {flights} instead. Use {payment} for the difference.",
        "Please change {reservation} to {flights} and use {payment} for the difference.",
    ),
    "cabin": (
        "I want to fly in {cabin} on {reservation}. Use {payment} for the difference.",
        "Please move {reservation} to {cabin} and use {payment} for the difference.",
    ),
    "bags": (
        "I want to have {total} checked bags in all on {reservation}. Use {payment}.",
        "Please set {reservation} to {total} checked bags in all and use {payment}.",
    ),
    "passengers": (
        "On {reservation} the passengers should be: {passengers}.",
        "Please change the passengers of {reservation} to: {passengers}.",
    ),
    "compensation": (
        "A flight of {reservation} was {complaint}. I want to be compensated for that.",
        "I want a compensation, because a flight of {reservation} was {complaint}.",
    ),
    "delay": (
        "Flight {flight_number} on {date} is delayed. Cancel {reservation} and compensate me for "
        "the delay. Reason: {reason}.",
        "Please cancel {reservation}, reason: {reason}; and compensate me, because flight "
        "{flight_number} on {date} is delayed.",
    ),
    "book": (
        "I want to book {choice} from {origin} to {destination} on {date}, in {cabin}, for "
        "{passengers}; checked bags in all: {total}; insurance: {insurance}. Pay with {payments}.",
        "Please book {choice} on {date} from {origin} to {destination} in {cabin}. Passengers: "
        "{passengers}; checked bags in all: {total}; insurance: {insurance}. I pay with {payments}.",
    ),
    "info/total": ("How much did I pay for {reservation}?", "What was the total of {reservation}?"),
    "info/bags": ("How many checked bags does {reservation} have?",),
    "info/free_bags": ("How many checked bags are free in all on {reservation}?",),
    "info/num_passengers": ("How many people fly on {reservation}?",),
    "info/flight_status": ("What is the status of the first flight of {reservation}?",),
    "info/departure_date": ("On which day does {reservation} start?",),
    "human/lost_bag": ("My suitcase never arrived, somebody has to search for it.",),
    "human/pet": ("I want to take my dog into the cabin.",),
    "human/miles": ("I want to move my miles to my sister.",),
    "human/cancel": ("I want a person to cancel my trip.",),
    "human/cabin": ("I want a person to move me to another cabin.",),
    "human/bags": ("I want a person to add a bag.",),
    "human/names": ("I want a person to correct a name on my trip.",),
    "human/book": ("I want a person to book a flight for me.",),
    "human/status": ("I want a person to tell me whether my flight leaves.",),
    "human/total": ("I want a person to tell me what I paid.",),
}

VAGUE: Mapping[str, str] = {
    "cancel": "I want to cancel a trip.",
    "flights": "I want to fly at another time.",
    "cabin": "I want to fly in another cabin.",
    "bags": "I want to change the number of my bags.",
    "passengers": "I want to change who flies.",
    "compensation": "I have a complaint.",
    "delay": "A flight of mine is delayed.",
    "book": "I want to book a flight.",
    "info": "I have a question about a trip.",
    "human": "I have a problem.",
}
"""First messages of customers who give details only when asked."""

PROPOSALS: Mapping[str, str] = {
    "cancel": "I will cancel reservation {reservation_id}, reason: {reason}.",
    "flights": "I will change reservation {reservation_id} to {flights}. {settlement}",
    "cabin": "I will move reservation {reservation_id} ({flights}) to {cabin}. {settlement}",
    "bags": (
        "I will set reservation {reservation_id} to {total} checked bags, {nonfree} of them paid. "
        "{settlement}"
    ),
    "passengers": (
        "I will change the passengers of reservation {reservation_id} to: {passengers}."
    ),
    "compensation": (
        "I will send you a certificate of ${amount} for reservation {reservation_id}."
    ),
    "delay": (
        "I will cancel reservation {reservation_id}, reason: {reason}, and send you a certificate "
        "of ${amount} for the delay of {flight_number} on {date}."
    ),
    "book": (
        "I will book {flights} from {origin} to {destination} in {cabin}. Passengers: "
        "{passengers}; checked bags: {total}, {nonfree} of them paid; insurance: {insurance}. You "
        "pay {payments}."
    ),
}

REPORTS: Mapping[str, str] = {
    "cancel": "Done: reservation {reservation_id} is cancelled.",
    "flights": "Done: reservation {reservation_id} has the new flights.",
    "cabin": "Done: reservation {reservation_id} is in {cabin}.",
    "bags": "Done: reservation {reservation_id} has {total} checked bags.",
    "passengers": "Done: the passengers of reservation {reservation_id} are changed.",
    "compensation": "Done: a certificate of ${amount} is in your profile.",
    "delay": (
        "Done: reservation {reservation_id} is cancelled, and a certificate of ${amount} is in "
        "your profile."
    ),
    "book": "Done: your flight from {origin} to {destination} is booked.",
    "info/total": "You paid {answer} for reservation {reservation_id}.",
    "info/bags": "Reservation {reservation_id} has {answer} checked bags.",
    "info/free_bags": "On reservation {reservation_id}, {answer} checked bags are free.",
    "info/num_passengers": "On reservation {reservation_id}, {answer} people fly.",
    "info/flight_status": "The first flight of reservation {reservation_id} is {answer}.",
    "info/departure_date": "Reservation {reservation_id} starts on {answer}.",
}

DENIALS: Mapping[str, str] = {
    "cancel": "Sorry, I cannot cancel reservation {reservation_id}: {why}.",
    "flights": "Sorry, I cannot change reservation {reservation_id} to {flights}: {why}.",
    "cabin": (
        "Sorry, I cannot move reservation {reservation_id} to {cabin} with {payment_id}: {why}."
    ),
    "bags": (
        "Sorry, I cannot set reservation {reservation_id} to {total} bags with {payment_id}: {why}."
    ),
    "passengers": (
        "Sorry, I cannot change the passengers of reservation {reservation_id} to {passengers}: "
        "{why}."
    ),
    "book": "Sorry, I cannot book that flight on {date} with {payments}: {why}.",
    "compensation": "Sorry, I cannot give a compensation for reservation {reservation_id}: {why}.",
}

IDENTITY_CUES: tuple[str, ...] = ("user id", "identity", "verify", "who you are", "your id")
DETAIL_CUES: tuple[str, ...] = (
    "detail",
    "which",
    "reservation",
    "reason",
    "flight",
    "cabin",
    "bags",
    "passenger",
    "payment",
    "what would",
    "what happened",
)
REASON_TEXTS: Mapping[str, str] = {
    "plans": "a change of plans",
    "airline": "the airline cancelled a flight of it",
    "health": "I am too ill to fly",
    "weather": "the weather is too bad",
    "fare": "I found a better fare",
}
CHOICE_TEXTS: Mapping[str, str] = {
    "cheapest": "the cheapest flight, with a stop or without",
    "earliest": "the flight that leaves earliest, with a stop or without",
    "nonstop": "the cheapest flight without a stop",
}
STANDINGS: Mapping[str, str] = {
    "cancelled": "my cancelled trip in {cabin} for {people}",
    "upcoming": "my trip in {cabin} for {people} that lies ahead",
    "started": "the trip in {cabin} for {people} that I am on",
    "past": "my trip in {cabin} for {people} that is over",
}
