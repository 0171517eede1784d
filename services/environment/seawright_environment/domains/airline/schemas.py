"""The parameters' schemas: tau2-bench's, in our own words."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

Schema = dict[str, JsonValue]


def _titled(name: str, kind: str, words: str) -> Schema:
    return {"description": words, "title": name.replace("_", " ").title(), "type": kind}


def _choice(name: str, words: str, allowed: Sequence[str]) -> Schema:
    return {**_titled(name, "string", words), "enum": list(allowed)}


def _objects(name: str, words: str, definition: str) -> Schema:
    either: list[JsonValue] = [
        {"$ref": f"#/$defs/{definition}"},
        {"additionalProperties": True, "type": "object"},
    ]
    return {**_titled(name, "array", words), "items": {"anyOf": either}}


def _definition(title: str, fields: Sequence[Schema], names: Sequence[str]) -> Schema:
    return {
        "properties": dict(zip(names, fields, strict=True)),
        "required": list(names),
        "title": title,
        "type": "object",
    }


_DATE = "Day of departure as YYYY-MM-DD, for example '2024-05-20'."
DEFINITIONS: Mapping[str, Schema] = {
    "FlightInfo": _definition(
        "FlightInfo",
        [
            _titled("flight_number", "string", "Number of the flight, for example 'ABC123'."),
            _titled("date", "string", _DATE),
        ],
        ["flight_number", "date"],
    ),
    "Passenger": _definition(
        "Passenger",
        [
            _titled("first_name", "string", "First name."),
            _titled("last_name", "string", "Last name."),
            _titled("dob", "string", "Birthday as YYYY-MM-DD."),
        ],
        ["first_name", "last_name", "dob"],
    ),
    "Payment": _definition(
        "Payment",
        [
            _titled("payment_id", "string", "Which of the user's payment methods pays."),
            _titled("amount", "integer", "Whole dollars that it pays."),
        ],
        ["payment_id", "amount"],
    ),
}
"""What parameters refer to."""

_STRINGS = {
    "user_id": "Id of the user, for example 'sara_doe_496'.",
    "reservation_id": "Id of the reservation: six letters and digits, for example 'A1B2C3'.",
    "origin": "IATA code of the airport of departure, for example 'LGA'.",
    "destination": "IATA code of the airport of arrival, for example 'SEA'.",
    "flight_number": "Number of the flight, for example 'ABC123'.",
    "date": _DATE,
    "payment_id": "One of the user's own methods, for example 'gift_card_0000000'.",
    "expression": "Digits, + - * / ( ) . and blanks only, for example '3 * (120 + 30)'.",
    "summary": "What the user wants and what was done so far.",
}
_NUMBERS = {
    "total_baggages": "Checked bags of the whole reservation, free and paid ones.",
    "nonfree_baggages": "How many of all the bags have to be paid for.",
    "amount": "Dollars that the certificate is worth.",
}
PARAMETERS: Mapping[str, Schema] = {
    **{name: _titled(name, "string", words) for name, words in _STRINGS.items()},
    **{name: _titled(name, "integer", words) for name, words in _NUMBERS.items()},
    "flight_type": _choice("flight_type", "One way, or there and back.", ["round_trip", "one_way"]),
    "cabin": _choice(
        "cabin", "The cabin, one for all flights.", ["business", "economy", "basic_economy"]
    ),
    "insurance": _choice("insurance", "Whether the travel is insured.", ["yes", "no"]),
    "flights": _objects(
        "flights", "Every flight of the reservation, in order; also those that stay.", "FlightInfo"
    ),
    "passengers": _objects("passengers", "Everybody who flies.", "Passenger"),
    "payment_methods": _objects(
        "payment_methods", "Who pays how much; together exactly the price.", "Payment"
    ),
}
"""By the parameter's name: one name means the same in every tool."""
_REFERRED = {"flights": "FlightInfo", "passengers": "Passenger", "payment_methods": "Payment"}


def definitions_of(names: Sequence[str]) -> Mapping[str, JsonValue]:
    """Return the definitions that these parameters refer to."""
    wanted = [_REFERRED[name] for name in names if name in _REFERRED]
    return {name: DEFINITIONS[name] for name in wanted}
