"""Generated airlines: any number of users, from a seed, with the shapes of tau2-bench's data.

Nothing of the benchmark's content is in them: airports, flights, people, ids and prices are our
own. Everything is made when it is first read; nothing depends on how many users there are.
"""

from typing import cast

from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.populations import Population
from seawright_environment.domains.airline.airports import AIRPORTS
from seawright_environment.domains.airline.seed_flights import flight
from seawright_environment.domains.airline.seed_network import (
    NUM_FLIGHTS,
    flight_number,
    network_of,
)
from seawright_environment.domains.airline.seed_reservations import Reservations
from seawright_environment.domains.airline.seed_users import Users


def generate_tables(seed: int, num_customers: int) -> Tables:
    """Return the airline of this seed; a smaller one of the same seed is its beginning."""
    network = network_of(seed)
    users = Users.of(seed)
    reservations = Reservations(users=users, network=network)
    numbers = {flight_number(number): number for number in range(NUM_FLIGHTS)}
    leaving = {
        airport.iata: [leg.number for leg in network.leaving[airport.iata]] for airport in AIRPORTS
    }
    return {
        "flights": Population(
            size=NUM_FLIGHTS,
            id_of=flight_number,
            index_of=numbers.get,
            make=lambda number: _entity(flight(seed, network.legs[number])),
            finders={"origin": lambda iata: leaving.get(iata, ())},
        ),
        "users": Population(
            size=num_customers,
            id_of=lambda index: users.census.identity(index).user_id,
            index_of=users.census.by_user_id,
            make=lambda index: _entity(users.user(index)),
        ),
        "reservations": Population(
            size=users.ledger.first(num_customers),
            id_of=users.reservation_id,
            index_of=users.by_reservation_id,
            make=lambda number: _entity(reservations.reservation(number)),
        ),
    }


def _entity(made: object) -> JsonObject:
    return cast("JsonObject", made)
