"""The customers of a generated carrier."""

import random
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.domains.telecom.people import STREETS, TOWNS
from seawright_environment.domains.telecom.seed_draws import (
    day_between,
    drawing,
    moment_between,
    weighted,
)
from seawright_environment.domains.telecom.seed_numbers import Numbers
from seawright_environment.domains.telecom.seed_standings import standing

SHARE_OWN_LINE = 0.65
"""Of those who have a line: it is also the number at which they are reached."""
SHARE_ACCOUNT_SUSPENDED = 0.25
"""Of those who have an overdue bill."""
LINELESS = {"Active": 40, "Pending Verification": 40, "Closed": 20}
NUM_METHODS = {0: 8, 1: 62, 2: 30}
METHODS = {"Credit Card": 55, "Debit Card": 30, "PayPal": 15}
GOODWILL = {0.0: 70, 10.0: 10, 25.0: 14, 50.0: 6}
SHARE_EXTENDED = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Makes customer n, always the same."""

    seed: int
    numbers: Numbers

    def customer(self, customer: int) -> JsonObject:
        """Return customer n."""
        numbers, who = self.numbers, self.numbers.identity(customer)
        rng = drawing(self.seed, "customer", customer)
        lines = numbers.lines.records(customer)
        has_own = len(lines) > 0 and rng.random() < SHARE_OWN_LINE
        phone = numbers.line_phone(lines[0]) if has_own else numbers.contact_phone(customer)
        customer_id = numbers.customer_ids.id_of(customer)
        name = who.full_name.lower().replace(" ", ".")
        return {
            "customer_id": customer_id,
            "full_name": who.full_name,
            "date_of_birth": who.birthday,
            "email": f"{name}.{customer_id[1:]}@example.com",
            "phone_number": phone,
            "address": _address(rng),
            "account_status": self._account_status(rng, customer),
            "payment_methods": [_method(rng) for _ in range(weighted(rng, NUM_METHODS))],
            "line_ids": [numbers.line_ids.id_of(line) for line in lines],
            "bill_ids": [numbers.bill_ids.id_of(n) for n in numbers.bills.records(customer)],
            "created_at": moment_between(rng, "2016-01-01", "2024-08-31"),
            "last_extension_date": (
                day_between(rng, "2024-03-01", "2025-01-31")
                if rng.random() < SHARE_EXTENDED
                else None
            ),
            "goodwill_credit_used_this_year": weighted(rng, GOODWILL),
        }

    def _account_status(self, rng: random.Random, customer: int) -> str:
        if not self.numbers.lines.records(customer):
            return weighted(rng, LINELESS)
        is_overdue = standing(self.seed, self.numbers, customer) == "overdue"
        return "Suspended" if is_overdue and rng.random() < SHARE_ACCOUNT_SUSPENDED else "Active"


def _address(rng: random.Random) -> JsonObject:
    town = rng.choice(TOWNS)
    return {
        "street": f"{rng.randrange(10, 2000)} {rng.choice(STREETS)}",
        "city": town.name,
        "state": town.state,
        "zip_code": f"{town.zip_prefix}{rng.randrange(100):02d}",
    }


def _method(rng: random.Random) -> dict[str, JsonValue]:
    return {
        "method_type": weighted(rng, METHODS),
        "account_number_last_4": f"{rng.randrange(10_000):04d}",
        "expiration_date": f"{rng.randint(1, 12):02d}/{rng.randint(2025, 2030)}",
    }
