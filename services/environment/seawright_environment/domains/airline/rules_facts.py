"""What is known of a reservation, as it is told to its owner."""

from collections.abc import Callable, Mapping

from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.state import Reservation

Fact = Callable[[Airline, Reservation], str | None]


def answer(airline: Airline, reservation: Reservation, fact: str) -> str | None:
    """Return a fact as it is said; None where nothing is known."""
    known = _FACTS.get(fact)
    return known(airline, reservation) if known is not None else None


def _total(airline: Airline, reservation: Reservation) -> str | None:
    del airline
    if reservation["status"] == "cancelled":
        return None
    return f"${sum(payment['amount'] for payment in reservation['payment_history'])}"


def _bags(airline: Airline, reservation: Reservation) -> str:
    del airline
    return str(reservation["total_baggages"])


def _free_bags(airline: Airline, reservation: Reservation) -> str:
    num = len(reservation["passengers"])
    return str(airline.free_bags(reservation["user_id"], reservation["cabin"], num))


def _num_passengers(airline: Airline, reservation: Reservation) -> str:
    del airline
    return str(len(reservation["passengers"]))


def _flight_status(airline: Airline, reservation: Reservation) -> str:
    return airline.statuses(reservation)[0]


def _departure_date(airline: Airline, reservation: Reservation) -> str:
    del airline
    return reservation["flights"][0]["date"]


_FACTS: Mapping[str, Fact] = {
    "total": _total,
    "bags": _bags,
    "free_bags": _free_bags,
    "num_passengers": _num_passengers,
    "flight_status": _flight_status,
    "departure_date": _departure_date,
}
