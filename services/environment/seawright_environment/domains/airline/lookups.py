"""Reads of single things: a user, a reservation, a flight's status, the airports."""

import json
from dataclasses import asdict

from seawright_environment.core.state import State
from seawright_environment.domains.airline.airports import AIRPORTS, TAU2_AIRPORTS
from seawright_environment.domains.airline.state import day_of, reservation_of, user_of


def get_user_details(state: State, user_id: str) -> str:
    """Return a user's profile."""
    user_of(state, user_id)
    return state.text("users", user_id)


def get_reservation_details(state: State, reservation_id: str) -> str:
    """Return a reservation."""
    reservation_of(state, reservation_id)
    return state.text("reservations", reservation_id)


def get_flight_status(state: State, flight_number: str, date: str) -> str:
    """Return the status of a flight on a date."""
    return day_of(state, flight_number, date)["status"]


def list_all_airports(state: State) -> str:
    """Return the airports' codes and cities."""
    airports = TAU2_AIRPORTS if state.base.is_exact else AIRPORTS
    return json.dumps([asdict(airport) for airport in airports])


def transfer_to_human_agents(state: State, summary: str) -> str:
    """Hand over to a person: nothing changes here."""
    del state, summary
    return "Transfer successful"
