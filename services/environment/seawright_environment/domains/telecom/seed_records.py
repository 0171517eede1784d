"""A generated carrier's plans, customers, lines and devices, each made from its index alone."""

import datetime
import random

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.populations import scrambled
from seawright_environment.domains.telecom.seed_people import Registry
from seawright_environment.domains.telecom.state import TODAY
from seawright_environment.domains.telecom.words import CITIES, MODELS, STREETS

PLANS: dict[str, JsonObject] = {
    plan_id: {
        "plan_id": plan_id,
        "name": name,
        "data_limit_gb": limit,
        "price_per_month": price,
        "data_refueling_price_per_gb": rate,
    }
    for plan_id, name, limit, price, rate in (
        ("P2001", "Light", 4.0, 35.0, 4.0),
        ("P2002", "Everyday", 20.0, 60.0, 2.5),
        ("P2003", "Boundless", 999.0, 90.0, 0.5),
        ("P2004", "Household", 40.0, 110.0, 3.0),
        ("P2005", "Things", 1.0, 12.0, 8.0),
    )
}
_PLAN_WEIGHTS = {"P2001": 35, "P2002": 30, "P2003": 20, "P2004": 15}
_KIND_WEIGHTS = {"phone": 80, "tablet": 10, "watch": 5, "router": 5}
SHARE_OWING, SHARE_SUSPENDED, SHARE_ENDED, SHARE_PENDING = 0.15, 0.6, 0.03, 0.03
"""Customers with an overdue bill; lines suspended for one, or for their contract's end; lines not
yet active."""
_DAY = datetime.timedelta(days=1)
_NOW = datetime.date.fromisoformat(TODAY)


def is_owing(registry: Registry, customer: int) -> bool:
    """Return whether a customer has not paid last month's bill."""
    return registry.draw("owing", customer).random() < SHARE_OWING


def customer(registry: Registry, index: int) -> JsonObject:
    """Return a customer."""
    rng, who = registry.draw("customer", index), registry.person(index)
    city, state, zip_code = rng.choice(CITIES)
    number = 100 + scrambled(index, 9_000_000, registry.key("emails"))
    lines = registry.lines.records(index)
    statuses = {"Active": 93, "Pending Verification": 4, "Suspended": 3}
    return {
        "customer_id": registry.customer_ids.id_of(index),
        "full_name": f"{who.first_name} {who.last_name}",
        "date_of_birth": who.birthday,
        "email": f"{who.first_name}.{who.last_name}{number}@example.com".lower(),
        "phone_number": registry.phone(lines[0]),
        "address": {
            "street": f"{rng.randint(1, 980)} {rng.choice(STREETS)}",
            "city": city,
            "state": state,
            "zip_code": f"{zip_code}{rng.randint(0, 99):02d}",
        },
        "account_status": _weighted(rng, statuses),
        "payment_methods": [_payment_method(rng) for _ in range(rng.choice((1, 1, 2)))],
        "line_ids": [registry.line_ids.id_of(line) for line in lines],
        "bill_ids": [registry.bill_ids.id_of(bill) for bill in registry.bills.records(index)],
        "created_at": _moment(rng, "2021-01-04", "2024-08-30"),
        "last_extension_date": _date(rng, "2024-06-01", "2025-01-20")
        if rng.random() < 0.15
        else None,
        "goodwill_credit_used_this_year": rng.choice((0.0, 0.0, 0.0, 25.0, 50.0)),
    }


def line(registry: Registry, index: int) -> JsonObject:
    """Return a line."""
    rng, owner = registry.draw("line", index), registry.lines.owner(index)
    plan = PLANS[plan_of(registry, index)]
    limit = plan["data_limit_gb"]
    assert isinstance(limit, float)
    has_ended = rng.random() < SHARE_ENDED
    is_suspended = is_owing(registry, owner) and rng.random() < SHARE_SUSPENDED
    status = "Suspended" if has_ended or is_suspended else "Active"
    if status == "Active" and rng.random() < SHARE_PENDING:
        status = "Pending Activation"
    ends = ("2024-09-30", "2025-02-20") if has_ended else ("2025-03-31", "2027-12-31")
    return {
        "line_id": registry.line_ids.id_of(index),
        "phone_number": registry.phone(index),
        "status": status,
        "plan_id": plan["plan_id"],
        "device_id": registry.device_ids.id_of(index),
        "data_used_gb": round(min(limit, 60.0) * rng.uniform(0.0, 1.1), 1),
        "data_refueling_gb": rng.choice((0.5, 1.0, 2.0)) if rng.random() < 0.1 else 0.0,
        "roaming_enabled": rng.random() < 0.4,
        "contract_end_date": _date(rng, *ends),
        "last_plan_change_date": _date(rng, "2023-01-02", "2025-01-31"),
        "last_sim_replacement_date": _date(rng, "2023-06-01", "2025-02-15")
        if rng.random() < 0.3
        else None,
        "suspension_start_date": _date(rng, "2025-02-20", "2025-02-24")
        if status == "Suspended"
        else None,
    }


def device(registry: Registry, index: int) -> JsonObject:
    """Return the device of a line."""
    rng, kind = registry.draw("device", index), _kind_of(registry, index)
    return {
        "device_id": registry.device_ids.id_of(index),
        "device_type": kind,
        "model": rng.choice(MODELS[kind]),
        "imei": f"35{rng.randrange(10**13):013d}",
        "is_esim_capable": rng.random() < 0.7,
        "activated": True,
        "activation_date": _moment(rng, "2022-02-01", "2025-02-10"),
        "last_esim_transfer_date": None,
    }


def plan_of(registry: Registry, line: int) -> str:
    """Return the plan of a line: things other than phones and tablets have their own."""
    if _kind_of(registry, line) in {"watch", "router"}:
        return "P2005"
    return _weighted(registry.draw("plan", line), _PLAN_WEIGHTS)


def _kind_of(registry: Registry, line: int) -> str:
    """A customer's first line is a phone's."""
    owner = registry.lines.owner(line)
    if registry.lines.first(owner) == line:
        return "phone"
    return _weighted(registry.draw("kind", line), _KIND_WEIGHTS)


def _payment_method(rng: random.Random) -> JsonValue:
    return {
        "method_type": rng.choice(("Credit Card", "Debit Card", "PayPal")),
        "account_number_last_4": f"{rng.randint(0, 9999):04d}",
        "expiration_date": f"{rng.randint(1, 12):02d}/{rng.randint(2025, 2029)}",
    }


def _weighted(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _date(rng: random.Random, first: str, last: str) -> str:
    begin, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    return (begin + _DAY * rng.randint(0, (end - begin).days)).isoformat()


def _moment(rng: random.Random, first: str, last: str) -> str:
    hour, minute = rng.randint(8, 19), rng.choice(range(0, 60, 5))
    return f"{_date(rng, first, last)} {hour:02d}:{minute:02d}:00"
