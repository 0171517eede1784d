"""Small generated shops for the tests."""

from functools import lru_cache
from typing import Any

from seawright_environment.core.databases import Databases
from seawright_environment.core.state import Database
from seawright_environment.core.world import Base, World
from seawright_environment.domains import DOMAINS
from seawright_shared.records.domains import DatabaseRef


@lru_cache(maxsize=8)
def shop(seed: int = 1, num_customers: int = 40) -> Base:
    """Return a generated shop."""
    ref = DatabaseRef(domain="retail", seed=seed, num_customers=num_customers)
    return Databases(DOMAINS).load(ref)


@lru_cache(maxsize=8)
def exact_shop(seed: int = 1, num_customers: int = 40) -> Base:
    """Return the same shop with tau2-bench's behaviour, defects included."""
    content, made = DOMAINS["retail"], shop(seed, num_customers).database
    tables = {name: dict(table) for name, table in made.tables.items()}
    database = Database(name="exact", tables=tables, has_text_hash=True, is_exact=True)
    return Base(content=content, database=database)


def open_exact_world(seed: int = 1) -> World:
    """Return a fresh world that behaves as tau2-bench does."""
    return World.open(exact_shop(seed))


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
