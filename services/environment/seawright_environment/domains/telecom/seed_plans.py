"""The plans of generated carriers: our own, the same at every carrier."""

from collections.abc import Mapping
from dataclasses import dataclass

from seawright_environment.core.json_values import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan, and how many lines of a hundred have it."""

    plan_id: str
    name: str
    limit_gb: float
    price: float
    gb_price: float
    share: int
    device_types: Mapping[str, int]
    """Weights of what is used on such a line."""


_MOSTLY_PHONES = {"phone": 92, "tablet": 8}
PLANS: Mapping[str, Plan] = {
    plan.plan_id: plan
    for plan in (
        Plan(
            plan_id="P201",
            name="Pocket",
            limit_gb=2.0,
            price=18.0,
            gb_price=6.0,
            share=18,
            device_types={"phone": 100},
        ),
        Plan(
            plan_id="P202",
            name="Everyday",
            limit_gb=8.0,
            price=32.0,
            gb_price=4.0,
            share=30,
            device_types=_MOSTLY_PHONES,
        ),
        Plan(
            plan_id="P203",
            name="Commuter",
            limit_gb=20.0,
            price=47.5,
            gb_price=3.0,
            share=24,
            device_types=_MOSTLY_PHONES,
        ),
        Plan(
            plan_id="P204",
            name="Household",
            limit_gb=60.0,
            price=95.0,
            gb_price=2.5,
            share=10,
            device_types=_MOSTLY_PHONES,
        ),
        Plan(
            plan_id="P205",
            name="Open Road",
            limit_gb=500.0,
            price=79.0,
            gb_price=0.5,
            share=10,
            device_types={"phone": 85, "router": 15},
        ),
        Plan(
            plan_id="P206",
            name="Gadget",
            limit_gb=0.5,
            price=9.0,
            gb_price=8.0,
            share=8,
            device_types={"watch": 60, "tablet": 25, "router": 15},
        ),
    )
}


def plan_entities() -> dict[str, JsonObject]:
    """Return the table of plans."""
    return {
        plan.plan_id: {
            "plan_id": plan.plan_id,
            "name": plan.name,
            "data_limit_gb": plan.limit_gb,
            "price_per_month": plan.price,
            "data_refueling_price_per_gb": plan.gb_price,
        }
        for plan in PLANS.values()
    }
