"""The airline as goals read it: typed look-ups over a view of the state, and the rules' facts."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from seawright_environment.core.drafting import View
from seawright_environment.domains.airline.seed_reservations import FREE_BAGS
from seawright_environment.domains.airline.state import (
    NOW,
    Flight,
    FlightDay,
    PaymentMethod,
    Reservation,
    ReservationFlight,
    User,
)

Flown = Literal["none", "some", "all"]
Standing = Literal["cancelled", "upcoming", "started", "past"]
Ground = Literal["recent", "airline", "business", "insurance", "none"]
NOW_AT = datetime.datetime.fromisoformat(NOW)
RECENT_HOURS = 24
COVERED = ("health", "weather")
"""Reasons that an insurance covers."""
_LEFT = ("landed", "flying")


@dataclass(frozen=True, slots=True)
class Airline:
    """A view with the airline's types. A user that is looked up must exist."""

    view: View

    def user(self, user_id: str) -> User:
        """Return a user."""
        return cast("User", cast("object", self.view["users"][user_id]))

    def reservation(self, reservation_id: str) -> Reservation | None:
        """Return a reservation, or None where there is none of this id."""
        found = self.view["reservations"].get(reservation_id)
        return cast("Reservation | None", cast("object", found))

    def reservations_of(self, user_id: str) -> list[Reservation]:
        """Return a user's reservations, in his profile's order."""
        found = [self.reservation(key) for key in self.user(user_id)["reservations"]]
        return [reservation for reservation in found if reservation is not None]

    def flight(self, flight_number: str) -> Flight | None:
        """Return a flight, or None."""
        found = self.view["flights"].get(flight_number)
        return cast("Flight | None", cast("object", found))

    def day(self, flight_number: str, date: str) -> FlightDay | None:
        """Return a flight's date, or None."""
        flight = self.flight(flight_number)
        return flight["dates"].get(date) if flight is not None else None

    def status(self, flight_number: str, date: str) -> str:
        """Return a flight's status on a date; `none` where it does not fly."""
        day = self.day(flight_number, date)
        return day["status"] if day is not None else "none"

    def statuses(self, reservation: Reservation) -> list[str]:
        """Return the status of each flight of a reservation."""
        return [
            self.status(flight["flight_number"], flight["date"])
            for flight in reservation["flights"]
        ]

    def flown(self, reservation: Reservation) -> Flown:
        """Return how much of a reservation was flown, or is in the air."""
        left = [status in _LEFT for status in self.statuses(reservation)]
        if all(left):
            return "all"
        return "some" if any(left) else "none"

    def standing(self, reservation: Reservation) -> Standing:
        """Return where a trip stands, as its traveller would say."""
        if reservation["status"] == "cancelled":
            return "cancelled"
        flown = self.flown(reservation)
        if flown == "none":
            return "upcoming"
        return "past" if flown == "all" else "started"

    def num_alike(self, reservation: Reservation, mine: Sequence[Reservation]) -> int:
        """Return how many of a customer's trips he would call like this one, without route or id."""
        alike = self._looks(reservation)
        return sum(self._looks(one) == alike for one in mine)

    def _looks(self, reservation: Reservation) -> tuple[Standing, str, int]:
        num = len(reservation["passengers"])
        return self.standing(reservation), reservation["cabin"], num

    def ground(self, reservation: Reservation, reason: str) -> Ground:
        """Return the first ground on which a reservation may be cancelled."""
        if hours_since(reservation) <= RECENT_HOURS:
            return "recent"
        if "cancelled" in self.statuses(reservation):
            return "airline"
        if reservation["cabin"] == "business":
            return "business"
        is_covered = reservation["insurance"] == "yes" and reason in COVERED
        return "insurance" if is_covered else "none"

    def is_entitled(self, reservation: Reservation) -> bool:
        """Whether a compensation may be given for a reservation at all."""
        member = self.user(reservation["user_id"])["membership"] != "regular"
        return member or reservation["insurance"] == "yes" or reservation["cabin"] == "business"

    def free_bags(self, user_id: str, cabin: str, num_passengers: int) -> int:
        """Return how many bags are free on a reservation of this size."""
        return FREE_BAGS[self.user(user_id)["membership"]].get(cabin, 0) * num_passengers

    def method(self, user_id: str, payment_id: str) -> PaymentMethod | None:
        """Return a payment method of a user, or None."""
        return self.user(user_id)["payment_methods"].get(payment_id)


def told(method: PaymentMethod) -> str:
    """Return how a customer calls a payment method without its id."""
    if "last_four" in method:
        return f"credit card ending in {method['last_four']}"
    kind = "gift card" if method["source"] == "gift_card" else "certificate"
    return f"{kind} of ${method['amount']:.0f}" if "amount" in method else "credit card"


def hours_since(reservation: Reservation) -> float:
    """Return how long ago a reservation was made."""
    made = datetime.datetime.fromisoformat(reservation["created_at"])
    return (NOW_AT - made).total_seconds() / 3600


def flights_out(reservation: Reservation) -> list[ReservationFlight]:
    """Return the flights of the way there."""
    flights = reservation["flights"]
    for number, flight in enumerate(flights, 1):
        if flight["destination"] == reservation["destination"]:
            return flights[:number]
    return list(flights)


def keeps_route(reservation: Reservation, flights: Sequence[Flight]) -> bool:
    """Whether flights lead without a gap from where to where, and back, a reservation goes."""
    here = reservation["origin"]
    reached = False
    for flight in flights:
        if flight["origin"] != here:
            return False
        here = flight["destination"]
        reached = reached or here == reservation["destination"]
    is_round = reservation["flight_type"] == "round_trip"
    return reached and here == reservation["origin" if is_round else "destination"]
