"""The carrier as its author reads it: customers, lines, bills, plans, with what is patched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.drafting import View
from seawright_environment.core.json_values import JsonObject
from seawright_environment.domains.telecom.billing import AWAITING
from seawright_environment.domains.telecom.state import TODAY

OVERDUE = "Overdue"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A view of the carrier. Fields of entities that are patched stand before the view's."""

    view: View
    patched: Mapping[tuple[str, str], Mapping[str, JsonValue]] = field(
        default_factory=dict[tuple[str, str], Mapping[str, JsonValue]]
    )

    def customer(self, customer_id: str) -> JsonObject:
        """Return a customer who exists."""
        return self.view["customers"][customer_id]

    def line(self, line_id: str) -> JsonObject | None:
        """Return a line, or None."""
        return self._find("lines", line_id)

    def bill(self, bill_id: str) -> JsonObject | None:
        """Return a bill, or None."""
        return self._find("bills", bill_id)

    def plan_of(self, line: JsonObject) -> JsonObject:
        """Return the plan of a line."""
        return self.view["plans"][text_of(line, "plan_id")]

    def plan(self, plan_id: str) -> JsonObject | None:
        """Return a plan, or None."""
        return self._find("plans", plan_id)

    def device_of(self, line: JsonObject) -> JsonObject | None:
        """Return the device of a line, if it has one."""
        device_id = line["device_id"]
        return self._find("devices", device_id) if isinstance(device_id, str) else None

    def line_ids(self, customer_id: str) -> list[str]:
        """Return the ids of a customer's lines."""
        return texts_of(self.customer(customer_id), "line_ids")

    def bill_ids(self, customer_id: str) -> list[str]:
        """Return the ids of a customer's bills."""
        return texts_of(self.customer(customer_id), "bill_ids")

    def lines_of(self, customer_id: str) -> list[JsonObject]:
        """Return a customer's lines, in order."""
        found = (self.line(line_id) for line_id in self.line_ids(customer_id))
        return [line for line in found if line is not None]

    def bills_of(self, customer_id: str) -> list[JsonObject]:
        """Return a customer's bills, in order."""
        found = (self.bill(bill_id) for bill_id in self.bill_ids(customer_id))
        return [bill for bill in found if bill is not None]

    def overdue_ids(self, customer_id: str) -> list[str]:
        """Return the ids of a customer's overdue bills, in order."""
        bills = self.bills_of(customer_id)
        return [text_of(bill, "bill_id") for bill in bills if bill["status"] == OVERDUE]

    def has_awaiting(self, customer_id: str) -> bool:
        """Whether the customer was asked to pay a bill already."""
        return any(bill["status"] == AWAITING for bill in self.bills_of(customer_id))

    def is_used_up(self, line: JsonObject) -> bool:
        """Whether the line has no data left."""
        limit = number_of(self.plan_of(line), "data_limit_gb")
        added = number_of(line, "data_refueling_gb")
        return number_of(line, "data_used_gb") >= limit + added

    def _find(self, table: str, key: str) -> JsonObject | None:
        entity = self.view[table].get(key)
        over = self.patched.get((table, key)) if self.patched else None
        return {**entity, **over} if over and entity is not None else entity


def has_ended(line: JsonObject) -> bool:
    """Whether the contract of a line is over."""
    return str(line["contract_end_date"] or TODAY) < TODAY


def text_of(entity: Mapping[str, JsonValue], name: str) -> str:
    """Return a field that is text."""
    value = entity[name]
    assert isinstance(value, str), f"{name} is no text"
    return value


def number_of(entity: Mapping[str, JsonValue], name: str) -> float:
    """Return a field that is a number."""
    value = entity[name]
    assert isinstance(value, int | float), f"{name} is no number"
    return float(value)


def texts_of(entity: Mapping[str, JsonValue], name: str) -> list[str]:
    """Return a field that lists texts."""
    value = entity[name]
    assert isinstance(value, list), f"{name} is no list"
    return cast("list[str]", value)
