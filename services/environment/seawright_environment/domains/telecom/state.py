"""Telecom's tables: plans, customers, lines, bills and devices, and the user's phone."""

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.sides import USER_TABLE
from seawright_environment.domains.telecom.phone import user_entities

NOW = "2025-02-25T12:08:00"
TODAY = "2025-02-25"
CYCLE_END = "2025-02-28"
LAST_CYCLE = ("2025-01-01", "2025-01-31", "2025-01-15")
NEXT_CYCLE = ("2025-03-01", "2025-03-31", "2025-03-15")
"""When a cycle's bill begins, ends and is due."""
LIST_TABLES = frozenset({"plans", "customers", "lines", "bills", "devices"})

PLAN_FIELDS: Mapping[str, JsonValue] = dict.fromkeys(
    ("plan_id", "name", "data_limit_gb", "price_per_month", "data_refueling_price_per_gb")
)
CUSTOMER_FIELDS: Mapping[str, JsonValue] = {
    **dict.fromkeys(("customer_id", "full_name", "date_of_birth", "email", "phone_number")),
    "address": None,
    "account_status": "Pending Verification",
    "payment_methods": [],
    "line_ids": [],
    "bill_ids": [],
    "created_at": None,
    "last_extension_date": None,
    "goodwill_credit_used_this_year": 0.0,
}
LINE_FIELDS: Mapping[str, JsonValue] = {
    **dict.fromkeys(("line_id", "phone_number")),
    "status": "Pending Activation",
    **dict.fromkeys(("plan_id", "device_id")),
    "data_used_gb": 0.0,
    "data_refueling_gb": 0.0,
    "roaming_enabled": False,
    **dict.fromkeys(("contract_end_date", "last_plan_change_date")),
    **dict.fromkeys(("last_sim_replacement_date", "suspension_start_date")),
}
BILL_FIELDS: Mapping[str, JsonValue] = {
    **dict.fromkeys(("bill_id", "customer_id", "period_start", "period_end", "issue_date")),
    "total_due": None,
    "due_date": None,
    "line_items": [],
    "status": "Draft",
}
DEVICE_FIELDS: Mapping[str, JsonValue] = {
    **dict.fromkeys(("device_id", "device_type", "model", "imei")),
    "is_esim_capable": False,
    "activated": False,
    "activation_date": None,
    "last_esim_transfer_date": None,
}
_FIELDS: Mapping[str, tuple[str, Mapping[str, JsonValue]]] = {
    "plans": ("plan_id", PLAN_FIELDS),
    "customers": ("customer_id", CUSTOMER_FIELDS),
    "lines": ("line_id", LINE_FIELDS),
    "bills": ("bill_id", BILL_FIELDS),
    "devices": ("device_id", DEVICE_FIELDS),
}
_MOMENTS = frozenset({"created_at", "activation_date", "last_esim_transfer_date"})
_AMOUNTS = frozenset(
    {
        *("data_limit_gb", "price_per_month", "data_refueling_price_per_gb", "total_due"),
        *("data_used_gb", "data_refueling_gb", "goodwill_credit_used_this_year", "amount"),
    }
)


def import_tables(document: Mapping[str, JsonValue]) -> Tables:
    """Read tau2-bench's file: lists become tables by id; fields come in their declared order."""
    tables: dict[str, Mapping[str, JsonObject]] = {}
    for name, (key, fields) in _FIELDS.items():
        entities = cast("Sequence[JsonObject]", document.get(name) or [])
        tables[name] = {str(entity[key]): _entity(fields, entity) for entity in entities}
    user = cast("JsonObject", document.get(USER_TABLE) or {})
    return {**tables, USER_TABLE: user_entities(user)}


def _entity(fields: Mapping[str, JsonValue], entity: JsonObject) -> JsonObject:
    filled = {name: entity.get(name, default) for name, default in fields.items()}
    filled = {name: _typed(name, value) for name, value in filled.items()}
    items = filled.get("line_items")
    if isinstance(items, list):
        filled["line_items"] = [
            {key: _typed(key, value) for key, value in item.items()}
            for item in items
            if isinstance(item, dict)
        ]
    return filled


def _typed(name: str, value: JsonValue) -> JsonValue:
    """Return a value as tau2-bench's models hold and write it."""
    if name in _MOMENTS and isinstance(value, str):
        return value.replace("T", " ")
    if name in _AMOUNTS and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
