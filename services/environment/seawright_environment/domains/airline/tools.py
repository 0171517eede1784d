"""The airline's fourteen tools as an agent sees them."""

from collections.abc import Callable, Sequence

from pydantic import JsonValue

from seawright_environment.core.calculator import calculate
from seawright_environment.core.state import State
from seawright_environment.core.toolkits import Tool, ToolKind, Toolkit
from seawright_environment.domains.airline import (
    bookings,
    bookings_corrected,
    certificates,
    changes,
    changes_corrected,
    lookups,
    searches,
)
from seawright_environment.domains.airline.schemas import PARAMETERS, definitions_of

Run = Callable[..., str]


def _tool(name: str, kind: ToolKind, run: Run, parameters: Sequence[str], words: str) -> Tool:
    return Tool(
        name=name,
        kind=kind,
        description=words,
        parameters={parameter: PARAMETERS[parameter] for parameter in parameters},
        definitions=definitions_of(parameters),
        run=run,
    )


def _either(exact: Run, corrected: Run) -> Run:
    """Return the tool that keeps tau2-bench's defects on its own data and has none elsewhere."""

    def run(state: State, *arguments: JsonValue) -> str:
        return (exact if state.base.is_exact else corrected)(state, *arguments)

    return run


def _calculate(state: State, expression: str) -> str:
    del state
    return calculate(expression)


_CONFIRM = " Tell the user the details and get a clear yes before calling it."
_TOOLS = (
    _tool(
        "book_reservation",
        "write",
        _either(bookings.book_reservation, bookings_corrected.book_reservation),
        [
            "user_id",
            "origin",
            "destination",
            "flight_type",
            "cabin",
            "flights",
            "passengers",
            "payment_methods",
            "total_baggages",
            "nonfree_baggages",
            "insurance",
        ],
        "Book flights for up to five passengers at today's prices. Payments add up exactly to fares, "
        "insurance and paid bags. Returns the reservation." + _CONFIRM,
    ),
    _tool(
        "calculate",
        "generic",
        _calculate,
        ["expression"],
        "Work out an arithmetic expression; the answer is rounded to two decimals.",
    ),
    _tool(
        "cancel_reservation",
        "write",
        _either(changes.cancel_reservation, changes_corrected.cancel_reservation),
        ["reservation_id"],
        "Cancel every flight of a reservation and refund what was paid for it. It is not checked "
        "whether the rules allow that. Returns the reservation." + _CONFIRM,
    ),
    _tool(
        "get_reservation_details",
        "read",
        lookups.get_reservation_details,
        ["reservation_id"],
        "Show a reservation: flights, passengers, payments, bags and insurance.",
    ),
    _tool(
        "get_user_details",
        "read",
        lookups.get_user_details,
        ["user_id"],
        "Show a user: profile, membership, payment methods and reservation ids.",
    ),
    _tool(
        "list_all_airports",
        "read",
        lookups.list_all_airports,
        [],
        "List the airports that are served, by IATA code, with their cities.",
    ),
    _tool(
        "search_direct_flight",
        "read",
        searches.search_direct_flight,
        ["origin", "destination", "date"],
        "Find flights without a stop that can be booked, with seats and prices of each cabin.",
    ),
    _tool(
        "search_onestop_flight",
        "read",
        searches.search_onestop_flight,
        ["origin", "destination", "date"],
        "Find pairs of flights with one change of planes that can be booked.",
    ),
    _tool(
        "send_certificate",
        "write",
        _either(certificates.send_certificate, certificates.send_certificate_corrected),
        ["user_id", "amount"],
        "Give a user a travel certificate. Only where the rules grant a compensation.",
    ),
    _tool(
        "transfer_to_human_agents",
        "generic",
        lookups.transfer_to_human_agents,
        ["summary"],
        "Hand the user over to a person, with a summary. Only for a request that the tools and the "
        "policy do not cover, or when the user asks for a person.",
    ),
    _tool(
        "update_reservation_baggages",
        "write",
        _either(changes.update_reservation_baggages, changes_corrected.update_reservation_baggages),
        ["reservation_id", "total_baggages", "nonfree_baggages", "payment_id"],
        "Set how many checked bags a reservation has; bags newly paid for cost 50 dollars each. "
        "Returns the reservation." + _CONFIRM,
    ),
    _tool(
        "update_reservation_flights",
        "write",
        _either(changes.update_reservation_flights, changes_corrected.update_reservation_flights),
        ["reservation_id", "cabin", "flights", "payment_id"],
        "Set the cabin and all flights of a reservation; the difference in price is settled at "
        "once. It is not checked whether the rules allow that. Returns the reservation." + _CONFIRM,
    ),
    _tool(
        "update_reservation_passengers",
        "write",
        _either(
            changes.update_reservation_passengers,
            changes_corrected.update_reservation_passengers,
        ),
        ["reservation_id", "passengers"],
        "Set who flies, as many as before. Returns the reservation." + _CONFIRM,
    ),
    _tool(
        "get_flight_status",
        "read",
        lookups.get_flight_status,
        ["flight_number", "date"],
        "Show whether a flight is available, on time, delayed, flying, landed or cancelled on a date.",
    ),
)

TOOLKIT = Toolkit(label="AirlineTools", tools={tool.name: tool for tool in _TOOLS})
