"""The bills of a generated carrier. Their items add up to what is due."""

import random
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.domains.telecom.seed_draws import drawing
from seawright_environment.domains.telecom.seed_lines import Lines
from seawright_environment.domains.telecom.seed_numbers import Numbers
from seawright_environment.domains.telecom.seed_standings import (
    Standing,
    earlier_standing,
    has_draft,
    standing,
)
from seawright_environment.domains.telecom.state import NEXT_CYCLE

MONTHS = (
    ("2024-09-01", "2024-09-30"),
    ("2024-10-01", "2024-10-31"),
    ("2024-11-01", "2024-11-30"),
    ("2024-12-01", "2024-12-31"),
    ("2025-01-01", "2025-01-31"),
    ("2025-02-01", "2025-02-28"),
)
"""What the billed cycles are; the draft is the next one's."""
STATUS_OF = {
    "paid": "Paid",
    "issued": "Issued",
    "overdue": "Overdue",
    "disputed": "Disputed",
    "awaiting": "Awaiting Payment",
}
SHARE_OVERAGE, SHARE_FEE = 0.15, 0.1
FEES = {"International calls": (3.0, 25.0), "Directory listing": (2.5, 2.5), "Late fee": (5.0, 5.0)}
ACCOUNT_FEE = 4.0
"""Of a month in which no line is billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """Makes bill n, always the same."""

    seed: int
    numbers: Numbers
    lines: Lines

    def bill(self, bill: int) -> JsonObject:
        """Return bill n."""
        owner = self.numbers.bills.owner(bill)
        last = self.numbers.bills.first(owner + 1) - 1
        is_drafted = has_draft(self.seed, self.numbers, owner)
        if is_drafted and bill == last:
            return self._draft(bill, owner)
        age = last - bill - (1 if is_drafted else 0)
        begins, ends = MONTHS[-1 - age]
        standing_now = self._standing(owner, age)
        month = begins[:7]
        issued, due = f"{month}-05", f"{month}-19"
        if standing_now == "issued":
            issued, due = f"{month}-14", "2025-03-07"
        items = self._items(drawing(self.seed, "bill", bill), owner)
        return self._entity(
            bill,
            owner,
            period_start=begins,
            period_end=ends,
            issue_date=issued,
            total_due=round(sum(amount for _, amount, _ in items), 2),
            due_date=due,
            line_items=[
                {"description": text, "amount": amount, "date": issued, "item_type": kind}
                for text, amount, kind in items
            ],
            status=STATUS_OF[standing_now],
        )

    def _standing(self, owner: int, age: int) -> Standing:
        """Return what a bill is that so many others came after."""
        if age > 1:
            return "paid"
        return (earlier_standing if age else standing)(self.seed, self.numbers, owner)

    def _draft(self, bill: int, owner: int) -> JsonObject:
        begins, ends, due = NEXT_CYCLE
        return self._entity(
            bill,
            owner,
            period_start=begins,
            period_end=ends,
            issue_date=begins,
            total_due=0.0,
            due_date=due,
            line_items=[],
            status="Draft",
        )

    def _entity(self, bill: int, owner: int, **fields: JsonValue) -> JsonObject:
        return {
            "bill_id": self.numbers.bill_ids.id_of(bill),
            "customer_id": self.numbers.customer_ids.id_of(owner),
            **fields,
        }

    def _items(self, rng: random.Random, owner: int) -> list[tuple[str, float, str]]:
        """Return description, amount and type of what is billed."""
        items: list[tuple[str, float, str]] = []
        for line in self.numbers.lines.records(owner):
            if self.lines.status(line) in {"Pending Activation", "Closed"}:
                continue
            plan, phone = self.lines.plan(line), self.numbers.line_phone(line)
            items.append((f"{plan.name} - Line {phone}", plan.price, "Plan Charge"))
            if rng.random() < SHARE_OVERAGE:
                over = round(rng.uniform(0.5, 20.0), 2)
                items.append((f"Data overage - Line {phone}", over, "Overage"))
        if not items:
            items.append(("Account keeping", ACCOUNT_FEE, "Fee"))
        if rng.random() < SHARE_FEE:
            name = rng.choice(list(FEES))
            items.append((name, round(rng.uniform(*FEES[name]), 2), "Fee"))
        return items
