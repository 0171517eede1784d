"""The lines of a generated carrier, and the devices that they are used with."""

import random
from dataclasses import dataclass

from seawright_environment.core.json_values import JsonObject
from seawright_environment.domains.telecom.people import MODELS
from seawright_environment.domains.telecom.seed_draws import (
    day_between,
    drawing,
    moment_between,
    weighted,
)
from seawright_environment.domains.telecom.seed_numbers import Numbers
from seawright_environment.domains.telecom.seed_plans import PLANS, Plan
from seawright_environment.domains.telecom.seed_standings import standing

STATUSES = {"Active": 90, "Ended": 5, "Pending Activation": 3, "Closed": 2}
"""Of lines that are not suspended for an overdue bill; `Ended`: suspended as the contract was."""
SHARE_SUSPENDED = 0.7
"""Of those who have an overdue bill: their first line is suspended."""
SHARE_USED_UP = 0.14
SHARE_ROAMING = 0.4
SHARE_NEW_SIM = 0.25
SUSPENDED_FROM, SUSPENDED_TO = "2025-02-20", "2025-02-24"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Makes line n and its device, always the same."""

    seed: int
    numbers: Numbers

    def plan(self, line: int) -> Plan:
        """Return the plan of line n."""
        return PLANS[
            weighted(drawing(self.seed, "plan", line), {p.plan_id: p.share for p in PLANS.values()})
        ]

    def line(self, line: int) -> JsonObject:
        """Return line n."""
        plan, rng = self.plan(line), drawing(self.seed, "line", line)
        status = self.status(line)
        is_ended = status == "Ended"
        ends = ("2024-09-01", "2025-02-15") if is_ended else ("2025-06-01", "2027-12-31")
        is_suspended = status in {"Suspended", "Ended"}
        is_used = status == "Active" or is_suspended
        return {
            "line_id": self.numbers.line_ids.id_of(line),
            "phone_number": self.numbers.line_phone(line),
            "status": "Suspended" if is_suspended else status,
            "plan_id": plan.plan_id,
            "device_id": self.numbers.device_ids.id_of(line),
            "data_used_gb": _used(rng, plan) if is_used else 0.0,
            "data_refueling_gb": 0.0,
            "roaming_enabled": rng.random() < SHARE_ROAMING,
            "contract_end_date": day_between(rng, *ends),
            "last_plan_change_date": day_between(rng, "2023-01-01", "2025-02-10"),
            "last_sim_replacement_date": (
                day_between(rng, "2023-01-01", "2025-02-10")
                if rng.random() < SHARE_NEW_SIM
                else None
            ),
            "suspension_start_date": (
                day_between(rng, SUSPENDED_FROM, SUSPENDED_TO) if is_suspended else None
            ),
        }

    def device(self, line: int) -> JsonObject:
        """Return the device of line n."""
        rng = drawing(self.seed, "device", line)
        kind = weighted(rng, self.plan(line).device_types)
        is_activated = self.status(line) != "Pending Activation"
        has_moved = rng.random() < SHARE_NEW_SIM
        return {
            "device_id": self.numbers.device_ids.id_of(line),
            "device_type": kind,
            "model": rng.choice(MODELS[kind]),
            "imei": f"35{rng.randrange(10**13):013d}",
            "is_esim_capable": rng.random() < 0.8,
            "activated": is_activated,
            "activation_date": (
                moment_between(rng, "2022-01-01", "2025-02-20") if is_activated else None
            ),
            "last_esim_transfer_date": (
                moment_between(rng, "2024-01-01", "2025-02-20")
                if is_activated and has_moved
                else None
            ),
        }

    def status(self, line: int) -> str:
        """Return the status of line n; `Ended` is a suspension as the contract was over."""
        rng = drawing(self.seed, "status", line)
        owner = self.numbers.lines.owner(line)
        is_first = line == self.numbers.lines.first(owner)
        is_overdue = standing(self.seed, self.numbers, owner) == "overdue"
        if is_first and is_overdue and rng.random() < SHARE_SUSPENDED:
            return "Suspended"
        return weighted(rng, STATUSES)


def _used(rng: random.Random, plan: Plan) -> float:
    if rng.random() < SHARE_USED_UP:
        return round(plan.limit_gb * rng.uniform(1.05, 1.3), 1)
    return min(round(plan.limit_gb * rng.uniform(0.02, 0.95), 1), plan.limit_gb - 0.1)
