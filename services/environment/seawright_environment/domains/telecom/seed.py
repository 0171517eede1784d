"""Generated carriers: any number of customers, from a seed, with the shapes of tau2-bench's data.

Nothing of the benchmark's content is in them: plans, people, numbers, ids and prices are our own.
Everything is made when it is first read; nothing depends on how many customers there are. The
phone is nobody's until a task's start says whose it is (`set_user_info`).
"""

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.populations import Population
from seawright_environment.core.sides import USER_TABLE
from seawright_environment.domains.telecom.phone import PERMISSIONS, user_entities
from seawright_environment.domains.telecom.seed_bills import Bills
from seawright_environment.domains.telecom.seed_customers import Customers
from seawright_environment.domains.telecom.seed_lines import Lines
from seawright_environment.domains.telecom.seed_numbers import Numbers
from seawright_environment.domains.telecom.seed_plans import plan_entities

APPS = {"messaging": ("sms", "storage", "phone"), "maps": ("network",), "gallery": ("storage",)}
"""What is on a generated phone, and what it may do."""
BATTERY_LEVEL = 64


def generate_tables(seed: int, num_customers: int) -> Tables:
    """Return the carrier of this seed; a smaller one of the same seed is its beginning."""
    numbers = Numbers(seed)
    lines = Lines(seed=seed, numbers=numbers)
    bills = Bills(seed=seed, numbers=numbers, lines=lines)
    customers = Customers(seed=seed, numbers=numbers)
    num_lines = numbers.lines.first(num_customers)
    return {
        "plans": plan_entities(),
        "customers": Population(
            size=num_customers,
            id_of=numbers.customer_ids.id_of,
            index_of=numbers.customer_ids.index_of,
            make=customers.customer,
            finders={
                "phone_number": numbers.customer_by_phone,
                "name_birthday": numbers.by_name_birthday,
                "line_id": numbers.customer_by_line,
            },
        ),
        "lines": Population(
            size=num_lines,
            id_of=numbers.line_ids.id_of,
            index_of=numbers.line_ids.index_of,
            make=lines.line,
            finders={"phone_number": numbers.line_by_phone},
        ),
        "bills": Population(
            size=numbers.bills.first(num_customers),
            id_of=numbers.bill_ids.id_of,
            index_of=numbers.bill_ids.index_of,
            make=bills.bill,
        ),
        "devices": Population(
            size=num_lines,
            id_of=numbers.device_ids.id_of,
            index_of=numbers.device_ids.index_of,
            make=lines.device,
        ),
        USER_TABLE: _phone(),
    }


def _phone() -> dict[str, JsonObject]:
    apps: dict[str, JsonValue] = {
        name: {"app_name": name, "permissions": {each: each in granted for each in PERMISSIONS}}
        for name, granted in APPS.items()
    }
    device: JsonObject = {
        "network_signal_strength": "excellent",
        "battery_level": BATTERY_LEVEL,
        "app_statuses": apps,
    }
    return user_entities({"device": device})
