"""The carrier's tables as tau2-bench writes them, and what the carrier takes for today."""

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, Tables, copied
from seawright_environment.core.sides import USER_TABLE
from seawright_environment.domains.telecom.phone import user_entities

NOW = "2025-02-25T12:08:00"
TODAY = "2025-02-25"
CYCLE_END = "2025-02-28"
LAST_CYCLE = ("2025-01-01", "2025-01-31", "2025-01-15")
NEXT_CYCLE = ("2025-03-01", "2025-03-31", "2025-03-15")
"""When a cycle's bill begins, ends and is due."""

_NEEDED = "needed"
"""Stands where a file must name a value."""
FIELDS: Mapping[str, Mapping[str, JsonValue]] = {
    "plans": dict.fromkeys(
        ("plan_id", "name", "data_limit_gb", "price_per_month", "data_refueling_price_per_gb"),
        _NEEDED,
    ),
    "customers": {
        **dict.fromkeys(("customer_id", "full_name", "date_of_birth", "email"), _NEEDED),
        **dict.fromkeys(("phone_number", "address"), _NEEDED),
        "account_status": "Pending Verification",
        "payment_methods": [],
        "line_ids": [],
        "bill_ids": [],
        "created_at": _NEEDED,
        "last_extension_date": None,
        "goodwill_credit_used_this_year": 0.0,
    },
    "lines": {
        **dict.fromkeys(("line_id", "phone_number"), _NEEDED),
        "status": "Pending Activation",
        "plan_id": _NEEDED,
        "device_id": None,
        "data_used_gb": 0.0,
        "data_refueling_gb": 0.0,
        "roaming_enabled": False,
        **dict.fromkeys(("contract_end_date", "last_plan_change_date")),
        **dict.fromkeys(("last_sim_replacement_date", "suspension_start_date")),
    },
    "bills": {
        **dict.fromkeys(("bill_id", "customer_id", "period_start", "period_end"), _NEEDED),
        **dict.fromkeys(("issue_date", "total_due", "due_date"), _NEEDED),
        "line_items": [],
        "status": "Draft",
    },
    "devices": {
        **dict.fromkeys(("device_id", "device_type", "model"), _NEEDED),
        "imei": None,
        "is_esim_capable": _NEEDED,
        "activated": False,
        "activation_date": None,
        "last_esim_transfer_date": None,
    },
}
"""Fields of each table in their declared order, with defaults. The first one is the id."""
LIST_TABLES = frozenset(FIELDS)
_PARTS: Mapping[str, Mapping[str, JsonValue]] = {
    "address": dict.fromkeys(("street", "city", "state", "zip_code"), _NEEDED),
    "payment_methods": dict.fromkeys(
        ("method_type", "account_number_last_4", "expiration_date"), _NEEDED
    ),
    "line_items": dict.fromkeys(("description", "amount", "date", "item_type"), _NEEDED),
}
"""Fields of what stands within an entity."""
_AMOUNTS = frozenset(
    {
        *("data_limit_gb", "price_per_month", "data_refueling_price_per_gb", "total_due"),
        *("data_used_gb", "data_refueling_gb", "goodwill_credit_used_this_year", "amount"),
    }
)
"""What tau2-bench reads as a fraction, whatever number the file names."""
_MOMENTS = frozenset({"created_at", "activation_date", "last_esim_transfer_date"})
"""What has a time of day, which tau2-bench writes after a space."""


def import_tables(document: Mapping[str, JsonValue]) -> Tables:
    """Read tau2-bench's files: lists become tables by id, fields come in their declared order."""
    tables: dict[str, Mapping[str, JsonObject]] = {}
    for name, fields in FIELDS.items():
        listed = cast("Sequence[JsonValue]", document.get(name) or [])
        entities = [_filled(entity, fields) for entity in listed]
        tables[name] = {str(next(iter(entity.values()))): entity for entity in entities}
    user = document.get(USER_TABLE)
    return {**tables, USER_TABLE: user_entities(user if isinstance(user, dict) else {})}


def _filled(told: JsonValue, fields: Mapping[str, JsonValue]) -> JsonObject:
    if not isinstance(told, dict):
        raise TypeError(f"{told!r} is no object")
    unknown = [name for name in told if name not in fields]
    missing = [name for name, value in fields.items() if value is _NEEDED and name not in told]
    if unknown or missing:
        raise ValueError(f"unknown fields: {unknown}; missing fields: {missing}")
    return {name: _read(name, told.get(name, default)) for name, default in fields.items()}


def _read(name: str, value: JsonValue) -> JsonValue:
    """Return a value as tau2-bench's models hold and write it."""
    part = _PARTS.get(name)
    if part is not None:
        return (
            [_filled(each, part) for each in value]
            if isinstance(value, list)
            else _filled(value, part)
        )
    if name in _MOMENTS and isinstance(value, str):
        return value.replace("T", " ")
    if name in _AMOUNTS and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return copied(value)
