"""The carrier's customers: how they, their lines and their bills are found."""

from collections.abc import Iterable

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.populations import Population
from seawright_environment.core.searches import MAX_KNOWN, Lookup, search
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import lacking

KINDS = {"L": "Line", "D": "Device", "B": "Bill", "C": "Customer", "P": "Plan"}
"""What an id that begins so is the id of; its table is named alike."""
_OWN_NUMBER = Lookup(
    table="customers", name="phone_number", key=lambda customer: str(customer["phone_number"])
)
_LINE_NUMBER = Lookup(
    table="lines", name="phone_number", key=lambda line: str(line["phone_number"])
)
_NAME_AND_BIRTHDAY = Lookup(
    table="customers",
    name="name_birthday",
    key=lambda customer: f"{_name_key(customer['full_name'])}\n{customer['date_of_birth']}",
)


def get_customer_by_phone(state: State, phone_number: JsonValue) -> str:
    """Return the customer whose own number or line this is."""
    customer = customer_of_phone(state, phone_number)
    return state.text("customers", str(customer["customer_id"]))


def get_customer_by_id(state: State, customer_id: JsonValue) -> str:
    """Return a customer."""
    customer_named(state, customer_id)
    return state.text("customers", str(customer_id))


def get_customer_by_name(state: State, full_name: JsonValue, dob: JsonValue) -> str:
    """Return the customers of this name and date of birth."""
    wanted = _name_key(full_name)
    if not isinstance(dob, str):
        return "[]"
    found = search(state, _NAME_AND_BIRTHDAY, f"{wanted}\n{dob}")
    return f"[{', '.join(state.text('customers', key) for key in found)}]"


def get_details_by_id(state: State, id: JsonValue) -> str:  # noqa: A002 - the tool's own name for it
    """Return whatever has this id."""
    if not isinstance(id, str):
        raise lacking(id, "startswith")
    kind = KINDS.get(id[:1])
    if kind is None:
        raise ValueError(f"Unknown ID format or type: {id}")
    found(state, kind, id)
    return state.text(f"{kind.lower()}s", id)


def transfer_to_human_agents(state: State, summary: JsonValue) -> str:
    """Hand the conversation over; nothing changes."""
    del state, summary
    return "Transfer successful"


def found(state: State, kind: str, key: JsonValue) -> JsonObject:
    """Return a line, a plan or whatever else of this kind, not to be changed, or refuse."""
    entity = state.find(f"{kind.lower()}s", key) if isinstance(key, str) else None
    if entity is None:
        raise ValueError(f"{kind} with ID {key} not found")
    return entity


def customer_named(state: State, customer_id: JsonValue) -> JsonObject:
    """Return a customer, not to be changed, or refuse."""
    return found(state, "Customer", customer_id)


def line_of(state: State, customer_id: JsonValue, line_id: JsonValue) -> JsonObject:
    """Return a customer's line, not to be changed, or refuse."""
    customer = customer_named(state, customer_id)
    if line_id not in ids_in(customer, "line_ids"):
        raise ValueError(f"Line {line_id} not found for customer {customer_id}")
    return found(state, "Line", line_id)


def bills_of(state: State, customer: JsonObject) -> list[JsonObject]:
    """Return a customer's bills in the order in which they came, not to be changed."""
    return [found(state, "Bill", bill_id) for bill_id in ids_in(customer, "bill_ids")]


def customer_of_phone(state: State, phone_number: JsonValue) -> JsonObject:
    """Return the first customer whose own number or line this is, or refuse."""
    keys: set[str] = set()
    if isinstance(phone_number, str):
        keys.update(search(state, _OWN_NUMBER, phone_number))
        for line_id in search(state, _LINE_NUMBER, phone_number):
            keys.update(_owners(state, line_id))
    if not keys:
        raise ValueError(f"Customer with phone number {phone_number} not found")
    return customer_named(state, _first(state, keys))


def line_of_phone(state: State, phone_number: JsonValue) -> JsonObject:
    """Return the line with this number, not to be changed, or refuse."""
    is_text = isinstance(phone_number, str)
    lines = search(state, _LINE_NUMBER, phone_number) if is_text else []
    if not lines:
        raise ValueError(f"Line with phone number {phone_number} not found")
    return found(state, "Line", lines[0])


def ids_in(entity: JsonObject, name: str) -> list[JsonValue]:
    """Return a field that lists ids."""
    listed = entity[name]
    assert isinstance(listed, list)
    return listed


def _owners(state: State, line_id: str) -> Iterable[str]:
    """Return the customers that have a line."""
    index = state.base.indexes.get("customers/line_id")
    if index is None:
        index = state.base.indexes["customers/line_id"] = _index_of_lines(state)
    base, candidates = state.base.tables["customers"], index.get(line_id, [])
    if not candidates and isinstance(base, Population):
        candidates = base.candidates("line_id", line_id)
        if len(index) >= MAX_KNOWN:
            index.clear()
        index[line_id] = candidates
    for key in {*candidates, *state.overlay["customers"]}:
        customer = state.find("customers", key)
        if customer is not None and line_id in ids_in(customer, "line_ids"):
            yield key


def _index_of_lines(state: State) -> dict[str, list[str]]:
    """Return the customers of each line of the base; a population is asked line by line."""
    base = state.base.tables["customers"]
    index: dict[str, list[str]] = {}
    if not isinstance(base, Population):
        for key, customer in base.items():
            for owned in ids_in(customer, "line_ids"):
                index.setdefault(str(owned), []).append(key)
    return index


def _first(state: State, keys: set[str]) -> str:
    """Return the key that comes first in the table, without walking through a population."""
    base = state.base.tables["customers"]
    if len(keys) == 1 or not isinstance(base, Population):
        return next(
            key for key in (keys if len(keys) == 1 else state.table("customers")) if key in keys
        )
    places = {key: base.position(key) for key in keys}
    return min(sorted(keys), key=lambda key: len(base) if places[key] is None else places[key] or 0)


def _name_key(full_name: JsonValue) -> str:
    if not isinstance(full_name, str):
        raise lacking(full_name, "lower")
    return full_name.lower()
