"""What fills the phrases: how the customer calls things, and how the agent names them."""

from collections.abc import Iterator, Mapping, Sequence

from seawright_environment.domains.airline.goals import GOALS
from seawright_environment.domains.airline.goals_airline import Airline, told
from seawright_environment.domains.airline.goals_arguments import (
    flights_argument,
    number_argument,
    passengers_argument,
    payments_argument,
    text_argument,
)
from seawright_environment.domains.airline.goals_draws import Chosen
from seawright_environment.domains.airline.phrases import (
    CHOICE_TEXTS,
    REASON_TEXTS,
    STANDINGS,
)
from seawright_environment.domains.airline.rules_facts import answer
from seawright_environment.domains.airline.rules_wishes import price_of
from seawright_environment.domains.airline.state import Passenger, Reservation
from seawright_shared.records.tasks import Draft, DraftGoal


def key_of(goal: DraftGoal) -> str:
    """Return the phrase table's key of a goal."""
    words = GOALS[goal.type].words
    detail = goal.arguments.get("fact") or goal.arguments.get("request")
    return f"{words}/{detail}" if detail else words


def wish_slots(airline: Airline, draft: Draft, goal: DraftGoal) -> Mapping[str, str]:
    """Return how the customer calls the things of a goal: by id, by route or by standing."""
    slots = dict(_plain(goal))
    reservation = _reservation(airline, goal)
    if reservation is not None:
        slots["reservation"] = _called(airline, draft, reservation)
    elif "reservation_id" in goal.arguments:
        # Where the policy is not checked, a wish may name what is not there.
        slots["reservation"] = f"reservation {text_argument(goal, 'reservation_id')}"
    if "payment_id" in goal.arguments:
        slots["payment"] = _method(airline, draft, text_argument(goal, "payment_id"))
    if "payment_methods" in goal.arguments:
        names = [_method(airline, draft, payment_id) for payment_id, _ in payments_argument(goal)]
        slots["payments"] = " as far as it goes and the rest with ".join(names)
    return slots


def script_slots(airline: Airline, goal: DraftGoal) -> Mapping[str, str]:
    """Return how the agent names the things of a goal: always by id, and what it costs."""
    slots = dict(_plain(goal))
    reservation = _reservation(airline, goal)
    if "payment_id" in goal.arguments:
        price = price_of(airline, reservation, goal) if reservation is not None else 0
        slots["settlement"] = _settlement(price, slots["payment_id"])
    if "fact" in goal.arguments:
        known = answer(airline, reservation, slots["fact"]) if reservation is not None else None
        slots["answer"] = known or ""
    if "payment_methods" in goal.arguments:
        shares = [f"${amount} with {name}" for name, amount in payments_argument(goal)]
        slots["payments"] = " and ".join(shares)
    return slots


def mentions(goal: DraftGoal) -> list[str]:
    """Return what the customer wants to see in a proposal; of a booking not the flights."""
    named: list[str] = []
    if "reservation_id" in goal.arguments:
        named.append(text_argument(goal, "reservation_id"))
    if "payment_id" in goal.arguments:
        named.append(text_argument(goal, "payment_id"))
    if "payment_methods" in goal.arguments:
        named += [payment_id for payment_id, _ in payments_argument(goal)]
    if "date" in goal.arguments:
        named.append(text_argument(goal, "date"))
    elif "flights" in goal.arguments:
        named += [text for flight in flights_argument(goal) for text in _parts(flight)]
    if "passengers" in goal.arguments:
        named += [one["dob"] for one in passengers_argument(goal)]
    return list(dict.fromkeys(named))


def _parts(flight: Chosen) -> Iterator[str]:
    yield flight.flight_number
    yield flight.date


def _plain(goal: DraftGoal) -> Iterator[tuple[str, str]]:
    """Yield what both parties say alike."""
    for name, value in goal.arguments.items():
        if isinstance(value, str):
            yield name, value.replace("_", " ") if name == "cabin" else value
    if "reason" in goal.arguments:
        yield "reason", REASON_TEXTS[text_argument(goal, "reason")]
    if "choice" in goal.arguments:
        yield "choice", CHOICE_TEXTS[text_argument(goal, "choice")]
    if "flights" in goal.arguments:
        yield "flights", flights_text(flights_argument(goal))
    if "passengers" in goal.arguments:
        yield "passengers", passengers_text(passengers_argument(goal))
    if "total_baggages" in goal.arguments:
        yield "total", str(number_argument(goal, "total_baggages"))
        yield "nonfree", str(number_argument(goal, "nonfree_baggages"))
    if "amount" in goal.arguments:
        yield "amount", str(number_argument(goal, "amount"))


def flights_text(flights: Sequence[Chosen]) -> str:
    """Return flights as they are said."""
    return " and ".join(f"{one.flight_number} on {one.date}" for one in flights)


def passengers_text(passengers: Sequence[Passenger]) -> str:
    """Return passengers as they are said."""
    return ", ".join(
        f"{one['first_name']} {one['last_name']} (born {one['dob']})" for one in passengers
    )


def _reservation(airline: Airline, goal: DraftGoal) -> Reservation | None:
    if "reservation_id" not in goal.arguments:
        return None
    return airline.reservation(text_argument(goal, "reservation_id"))


def _called(airline: Airline, draft: Draft, reservation: Reservation) -> str:
    if draft.reference == "status":
        cabin = reservation["cabin"].replace("_", " ")
        standing = STANDINGS[airline.standing(reservation)]
        return standing.format(cabin=cabin, people=len(reservation["passengers"]))
    if draft.reference == "item":
        return f"my trip from {reservation['origin']} to {reservation['destination']}"
    return f"reservation {reservation['reservation_id']}"


def _method(airline: Airline, draft: Draft, payment_id: str) -> str:
    method = airline.method(draft.customer_id, payment_id)
    return payment_id if draft.reference == "id" or method is None else f"my {told(method)}"


def _settlement(price: int, payment_id: str) -> str:
    if price > 0:
        return f"You pay ${price} with {payment_id}."
    if price < 0:
        return f"You get ${-price} back to {payment_id}."
    return f"Nothing is due from {payment_id}."
