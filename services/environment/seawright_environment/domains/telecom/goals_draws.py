"""How the parts of a goal are drawn: deliberately naive, so that preconditions can be learned."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.drafting import Scene
from seawright_environment.core.json_values import JsonObject
from seawright_environment.domains.telecom.faults import (
    FAULTS,
    FIRST_REMEDY,
    GROUPS,
    UNFIXABLE,
    faults_in,
    shows,
    spare,
)
from seawright_environment.domains.telecom.goals_carrier import (
    Carrier,
    has_ended,
    number_of,
    text_of,
)
from seawright_environment.domains.telecom.lines import MOST_GB
from seawright_shared.records.base import Scalar

PHONES = ("phone", "tablet")
"""Devices that people have trouble with."""
SHARE_SAME = 0.5
"""Of goals after the first: about a line or bill that was spoken of."""
SHARE_OWN = 0.6
SHARE_STRANGER = 0.6
"""Of wrong ids: of another customer; the others are made up."""
NUM_FAULTS = {1: 0.35, 2: 0.3, 3: 0.2, 4: 0.15}
AMOUNTS_GB = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
OVER_GB = (0.2, 0.6, 1.1, 1.6, 2.4)
SUSPICIONS = ("none", "none", "sim", "bill", "network")
"""What the customer takes for the cause; it is wrong more often than not."""


@dataclass(frozen=True, slots=True)
class Pen:
    """A scene, the carrier in it, and the randomness of one draw."""

    scene: Scene
    carrier: Carrier
    draw: random.Random

    def line_id(self) -> str:
        """Return a line id, not always the customer's, not always a real one."""
        earlier = self._earlier("line_id")
        own = self.carrier.line_ids(self.scene.customer_id)
        if earlier and self.draw.random() < SHARE_SAME:
            return self.draw.choice(earlier)
        if self.draw.random() < SHARE_OWN:
            return self.draw.choice(own)
        if self.draw.random() < SHARE_STRANGER:
            others = self.carrier.line_ids(self.draw.choice(self.scene.strangers))
            return self.draw.choice(others) if others else self.draw.choice(own)
        return self.new_id("L", "lines")

    def own_line_id(self) -> str:
        """Return a line of the customer's, rather one that was spoken of."""
        own = self.carrier.line_ids(self.scene.customer_id)
        earlier = [line_id for line_id in self._earlier("line_id") if line_id in own]
        if earlier and self.draw.random() < SHARE_SAME:
            return self.draw.choice(earlier)
        return self.draw.choice(own)

    def bill_id(self) -> str:
        """Return a bill id, not always the customer's, not always a real one."""
        earlier = self._earlier("bill_id")
        own = self.carrier.bill_ids(self.scene.customer_id)
        if earlier and self.draw.random() < SHARE_SAME:
            return self.draw.choice(earlier)
        if self.draw.random() < SHARE_OWN:
            return self.draw.choice(own)
        if self.draw.random() < SHARE_STRANGER:
            others = self.carrier.bill_ids(self.draw.choice(self.scene.strangers))
            return self.draw.choice(others) if others else self.draw.choice(own)
        return self.new_id("B", "bills")

    def is_phone(self, line_id: str) -> bool:
        """Whether the customer's phone is on this line: on the first that is spoken of."""
        own = self.carrier.line_ids(self.scene.customer_id)
        earlier = [name for name in self._earlier("line_id") if name in own]
        return (earlier or [line_id])[0] == line_id

    def plan_id(self) -> str:
        """Return any plan."""
        return self.draw.choice(list(self.scene.view["plans"]))

    def new_id(self, letter: str, table: str) -> str:
        """Return an id that nothing has."""
        while True:
            made_up = f"{letter}{self.draw.randrange(10**7, 10**8)}"
            if made_up not in self.scene.view[table]:
                return made_up

    def faults(self) -> list[str]:
        """Return one to four things that are wrong, of different groups."""
        num = self.draw.choices(list(NUM_FAULTS), list(NUM_FAULTS.values()))[0]
        groups = self.draw.sample(GROUPS, num)
        return [
            self.draw.choice([name for name, fault in FAULTS.items() if fault.group == group])
            for group in groups
        ]

    def _earlier(self, name: str) -> list[str]:
        found = (goal.arguments.get(name) for goal in self.scene.earlier)
        return [value for value in found if isinstance(value, str)]


def line_features(carrier: Carrier, customer_id: str, line_id: str) -> dict[str, Scalar]:
    """Return what rules may test of a line that a customer asks something for."""
    line = carrier.line(line_id)
    if line is None:
        return {"line.exists": False, "line.own": False, "line.status": "none"}
    mine = carrier.lines_of(customer_id)
    return {
        "line.exists": True,
        "line.own": line_id in carrier.line_ids(customer_id),
        "line.status": text_of(line, "status"),
        "line.ended": has_ended(line),
        "line.roaming": bool(line["roaming_enabled"]),
        "line.num_own": len(mine),
        "line.num_same_plan": sum(other["plan_id"] == line["plan_id"] for other in mine),
        "line.num_same_status": sum(other["status"] == line["status"] for other in mine),
    }


def account_features(carrier: Carrier, customer_id: str) -> dict[str, Scalar]:
    """Return what rules may test of what a customer owes."""
    return {
        "bills.num_overdue": len(carrier.overdue_ids(customer_id)),
        "bills.is_awaiting": carrier.has_awaiting(customer_id),
    }


def bill_features(carrier: Carrier, customer_id: str, bill_id: str) -> dict[str, Scalar]:
    """Return what rules may test of a bill."""
    bill = carrier.bill(bill_id)
    if bill is None:
        return {"bill.exists": False, "bill.own": False, "bill.status": "none"}
    mine = carrier.bills_of(customer_id)
    return {
        "bill.exists": True,
        "bill.own": bill_id in carrier.bill_ids(customer_id),
        "bill.status": text_of(bill, "status"),
        "bill.num_same_status": sum(other["status"] == bill["status"] for other in mine),
        **account_features(carrier, customer_id),
    }


def refuel_features(line: JsonObject | None, gb: float) -> dict[str, Scalar]:
    """Return what rules may test of data that is asked for."""
    had = number_of(line, "data_refueling_gb") if line is not None else 0.0
    return {"gb": gb, "gb.is_allowed": had + gb <= MOST_GB}


def trouble_features(
    carrier: Carrier, customer_id: str, arguments: dict[str, JsonValue]
) -> dict[str, Scalar]:
    """Return what rules may test of what is wrong, and of the line that it is wrong with."""
    line = carrier.line(text_of(arguments, "line_id"))
    assert line is not None, "a customer's lines exist"
    device, named = carrier.device_of(line), faults_in(arguments)
    complaint, gb = text_of(arguments, "complaint"), number_of(arguments, "gb")
    buys = "data_used_up" in named
    is_suspended = "line_suspended" in named
    return {
        "complaint": complaint,
        "trouble.num_faults": len(named),
        **{f"fault.{name}": name in named for name in FAULTS},
        "trouble.device": text_of(device, "device_type") if device is not None else "none",
        "trouble.has_phone": device is not None and device["device_type"] in PHONES,
        "trouble.line_status": text_of(line, "status"),
        "trouble.line_spent": is_spent(carrier, arguments),
        "trouble.is_shown": shows(complaint, named),
        "trouble.is_fixable": not UNFIXABLE & set(named),
        "trouble.num_fixable": len(set(named) - UNFIXABLE - FIRST_REMEDY),
        "trouble.has_spare": bool(spare(complaint, named)),
        "trouble.owes_more": is_suspended
        and (bool(carrier.overdue_ids(customer_id)) or carrier.has_awaiting(customer_id)),
        "trouble.buys_enough": not buys or gb > number_of(arguments, "over_gb"),
        "trouble.buys_allowed": not buys or gb <= MOST_GB,
    }


def is_spent(carrier: Carrier, arguments: Mapping[str, JsonValue]) -> bool:
    """Whether the line of a trouble has no data for another reason than what is wrong."""
    line = carrier.line(text_of(arguments, "line_id"))
    is_wanted = text_of(arguments, "complaint") != "no_service"
    buys = "data_used_up" in faults_in(arguments)
    return is_wanted and not buys and line is not None and carrier.is_used_up(line)


def telling(features: Sequence[str]) -> tuple[str, ...]:
    """Return names of features with those of every fault put in the place of `fault.*`."""
    return tuple(
        name
        for feature in features
        for name in ([f"fault.{each}" for each in FAULTS] if feature == "fault.*" else [feature])
    )
