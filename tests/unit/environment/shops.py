"""Small generated shops for the tests."""

from functools import lru_cache
from typing import Any

from seawright_environment.core.databases import Databases
from seawright_environment.core.world import Base, World
from seawright_environment.domains import DOMAINS
from seawright_shared.records.domains import DatabaseRef


@lru_cache(maxsize=8)
def shop(seed: int = 1, num_customers: int = 40) -> Base:
    """Return a generated shop."""
    ref = DatabaseRef(domain="retail", seed=seed, num_customers=num_customers)
    return Databases(DOMAINS).load(ref)


def open_world(seed: int = 1) -> World:
    """Return a fresh world on a small shop."""
    return World.open(shop(seed))


def order_with(world: World, status: str, *, paid_by: str = "") -> str:
    """Return the first order of this status, paid by a method of this kind."""
    orders: Any = world.view["orders"]
    for order_id, order in orders.items():
        payment = order["payment_history"][0]["payment_method_id"]
        if order["status"] == status and payment.startswith(paid_by):
            return order_id
    raise LookupError(status)
