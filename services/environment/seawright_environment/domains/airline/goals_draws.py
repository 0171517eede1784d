"""How the parts of a goal are drawn: deliberately naive, so that preconditions can be learned."""

import datetime
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.drafting import Scene
from seawright_environment.domains.airline.goals_airline import (
    Airline,
    flights_out,
    hours_since,
    keeps_route,
    told,
)
from seawright_environment.domains.airline.people import FIRST_NAMES, LAST_NAMES
from seawright_environment.domains.airline.state import Flight, Passenger, Reservation
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import DraftGoal

SHARE_SAME_RESERVATION = 0.5
"""Of goals after the first: about a reservation that was spoken of."""
SHARE_OWN = 0.5
SHARE_STRANGER = 0.4
"""Of wrong reservation ids: of another customer; the others are made up."""
SHARE_OWN_PAYMENT = 0.8
SHARE_OTHER_AIRPORT = 0.15
DAYS = (-5, -3, -2, -1, 0, 1, 2, 3, 5)
"""By how much a customer wants to travel earlier or later."""
CABINS = ("basic_economy", "economy", "business")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A flight on a date, as a goal names it."""

    flight_number: str
    date: str

    def argument(self) -> dict[str, JsonValue]:
        """Return it as tools take it."""
        return {"flight_number": self.flight_number, "date": self.date}


@dataclass(frozen=True, slots=True)
class Pen:
    """A scene, the airline in it, and the randomness of one draw."""

    scene: Scene
    airline: Airline
    draw: random.Random

    @property
    def customer(self) -> str:
        """The customer's id."""
        return self.scene.customer_id

    def reservation_id(self) -> str | None:
        """Return a reservation id, not always the customer's, not always a real one."""
        earlier = [str(goal.arguments["reservation_id"]) for goal in self._spoken_of()]
        if earlier and self.draw.random() < SHARE_SAME_RESERVATION:
            return self.draw.choice(earlier)
        own = self.airline.user(self.customer)["reservations"]
        if not own:
            return None
        if self.draw.random() < SHARE_OWN:
            return self.draw.choice(own)
        if self.draw.random() < SHARE_STRANGER:
            others = self.airline.user(self.draw.choice(self.scene.strangers))["reservations"]
            return self.draw.choice(others or own)
        while True:
            made_up = "".join(self.draw.choices(_LETTERS, k=5)) + str(self.draw.randrange(10))
            if self.airline.reservation(made_up) is None:
                return made_up

    def _spoken_of(self) -> list[DraftGoal]:
        return [goal for goal in self.scene.earlier if "reservation_id" in goal.arguments]

    def payment_id(self) -> str:
        """Return a payment method id, mostly the customer's own."""
        customer = self.customer
        if self.draw.random() >= SHARE_OWN_PAYMENT:
            customer = self.draw.choice(self.scene.strangers)
        return self.draw.choice(list(self.airline.user(customer)["payment_methods"]))

    def moved_flights(self, reservation: Reservation) -> list[Chosen]:
        """Return a reservation's flights with one way on other days, or to somewhere else."""
        out = flights_out(reservation)
        back = reservation["flights"][len(out) :]
        moves_out = not back or self.draw.random() < 0.5
        moving = out if moves_out else back
        days = [day for day in DAYS if _in_order(out, back, day, moves_out=moves_out)]
        shift = self.draw.choice(days or (0,))
        numbers = [flight["flight_number"] for flight in moving]
        if self.draw.random() < SHARE_OTHER_AIRPORT:
            numbers[-1] = self.draw.choice(self.airline.view["flights"].ids())
        moved = [
            Chosen(flight_number=number, date=_shifted(flight["date"], shift))
            for number, flight in zip(numbers, moving, strict=True)
        ]
        stay = chosen_flights(back if moves_out else out)
        return [*moved, *stay] if moves_out else [*stay, *moved]

    def passenger(self) -> Passenger:
        """Return somebody who need not be known."""
        day = datetime.date(1950, 1, 1) + datetime.timedelta(days=self.draw.randrange(19_000))
        return Passenger(
            first_name=self.draw.choice(FIRST_NAMES),
            last_name=self.draw.choice(LAST_NAMES),
            dob=day.isoformat(),
        )

    def reservation_features(self, reservation_id: str) -> dict[str, Scalar]:
        """Return what rules may test of the reservation and of whom it belongs to."""
        airline = self.airline
        reservation = airline.reservation(reservation_id)
        if reservation is None:
            return {"reservation.exists": False, "reservation.own": False}
        mine = airline.reservations_of(self.customer)
        route = (reservation["origin"], reservation["destination"])
        return {
            "reservation.exists": True,
            "reservation.own": reservation["user_id"] == self.customer,
            "reservation.standing": airline.standing(reservation),
            "reservation.cabin": reservation["cabin"],
            "reservation.insurance": reservation["insurance"],
            "reservation.hours_since_booking": round(hours_since(reservation), 1),
            "reservation.airline_cancelled": "cancelled" in airline.statuses(reservation),
            "reservation.flown": airline.flown(reservation),
            "reservation.num_passengers": len(reservation["passengers"]),
            "reservation.num_same_route": sum(
                (one["origin"], one["destination"]) == route for one in mine
            ),
            "reservation.num_alike": airline.num_alike(reservation, mine),
            "user.membership": airline.user(self.customer)["membership"],
        }

    def payment_features(self, payment_id: str, price: int) -> dict[str, Scalar]:
        """Return what rules may test of the method that pays a price, or gets it back."""
        methods = self.airline.user(self.customer)["payment_methods"]
        method = methods.get(payment_id)
        kind = payment_id.rsplit("_", 1)[0]
        holds = None if method is None else method.get("amount")
        return {
            "payment.own": method is not None,
            "payment.kind": kind,
            "payment.num_alike": sum(
                method is not None and told(one) == told(method) for one in methods.values()
            ),
            "funds_cover": holds is None or holds >= price,
            "price_up": price > 0,
        }

    def flight_features(
        self, reservation: Reservation, flights: Sequence[Chosen], cabin: str
    ) -> dict[str, Scalar]:
        """Return what rules may test of the flights that a reservation is to have."""
        airline = self.airline
        held = chosen_flights(reservation["flights"])
        is_kept = cabin == reservation["cabin"]
        new = [one for one in flights if not is_kept or one not in held]
        statuses = [airline.status(one.flight_number, one.date) for one in new]
        closed = [status for status in statuses if status != "available"]
        given_up = [one for one in held if one not in flights]
        left = {"landed", "flying"}
        return {
            "new.num_flights": len(new),
            "new.status": closed[0] if closed else "available",
            "new.seats_cover": bool(closed)
            or has_seats(airline, new, cabin, len(reservation["passengers"])),
            "new.keeps_route": keeps_route(reservation, real_flights(airline, flights)),
            "given_up.flown": any(
                airline.status(one.flight_number, one.date) in left for one in given_up
            ),
            "new.cabin": cabin,
            "changes_nothing": not new and is_kept,
        }


def passenger_arguments(passengers: Sequence[Passenger]) -> list[JsonValue]:
    """Return passengers as tools take them."""
    return [
        {"first_name": one["first_name"], "last_name": one["last_name"], "dob": one["dob"]}
        for one in passengers
    ]


def chosen_flights(flights: Sequence[Mapping[str, object]]) -> list[Chosen]:
    """Return flights of a reservation as a goal names them."""
    return [
        Chosen(flight_number=str(flight["flight_number"]), date=str(flight["date"]))
        for flight in flights
    ]


def real_flights(airline: Airline, flights: Sequence[Chosen]) -> list[Flight]:
    """Return the flights that exist."""
    found = [airline.flight(one.flight_number) for one in flights]
    return [flight for flight in found if flight is not None]


def has_seats(airline: Airline, flights: Sequence[Chosen], cabin: str, num: int) -> bool:
    """Whether each flight has so many seats left."""
    days = [airline.day(one.flight_number, one.date) for one in flights]
    return all(
        day is not None and "available_seats" in day and day["available_seats"][cabin] >= num
        for day in days
    )


def price_of_update(
    airline: Airline, reservation: Reservation, flights: Sequence[Chosen], cabin: str
) -> int:
    """Return the dollars due for other flights or another cabin; what has no price counts none."""
    held = {(one["flight_number"], one["date"]): one["price"] for one in reservation["flights"]}
    total = -sum(held.values())
    for one in flights:
        day = airline.day(one.flight_number, one.date)
        today = day["prices"][cabin] if day is not None and "prices" in day else 0
        is_kept = cabin == reservation["cabin"]
        total += held.get((one.flight_number, one.date), today) if is_kept else today
    return total * len(reservation["passengers"])


def _in_order(
    out: Sequence[Mapping[str, object]],
    back: Sequence[Mapping[str, object]],
    days: int,
    *,
    moves_out: bool,
) -> bool:
    """Whether a trip moved by so many days still goes there before it comes back."""
    if not back:
        return True
    there, home = str(out[-1]["date"]), str(back[0]["date"])
    if moves_out:
        return _shifted(there, days) < home
    return there < _shifted(home, days)


def _shifted(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()
