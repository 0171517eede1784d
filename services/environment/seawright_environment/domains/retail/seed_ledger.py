"""How many orders each customer of a generated shop has, and the numbers of those orders.

In every block of `BLOCK` customers the counts are the same, in another sequence: the number of
all orders and the owner of the n-th are known without looking at other blocks.
"""

import re

from seawright_environment.core import ledgers
from seawright_environment.core.populations import scrambled, seed_of, unscrambled

SHARES = {0: 62, 1: 133, 2: 141, 3: 104, 4: 37, 5: 17, 6: 4, 7: 1, 8: 1}
"""Customers by number of orders, of every `BLOCK`."""
BLOCK = sum(SHARES.values())
PER_BLOCK = sum(num * share for num, share in SHARES.items())
FIRST_ID, NUM_IDS = 1_000_000, 9_000_000
"""The seven digits of an order's id: more than the largest shop has orders."""
_ORDER_ID = re.compile(r"#W([1-9][0-9]{6})")


class Ledger:
    """The orders of one seed, numbered customer by customer, of whatever number of customers."""

    def __init__(self, seed: int) -> None:
        self._key = seed_of("retail", seed, "orders")
        self._orders = ledgers.Ledger(SHARES, "retail", seed, "counts")

    def first(self, customer: int) -> int:
        """Return how many orders the customers before this one have."""
        return self._orders.first(customer)

    def owner(self, order: int) -> int:
        """Return the customer whose order this is."""
        return self._orders.owner(order)

    def order_id(self, order: int) -> str:
        """Return the id of an order."""
        return f"#W{FIRST_ID + scrambled(order, NUM_IDS, self._key)}"

    def by_order_id(self, order_id: str) -> int | None:
        """Return the order of this id, which need not exist in a small shop."""
        found = _ORDER_ID.fullmatch(order_id)
        return unscrambled(int(found[1]) - FIRST_ID, NUM_IDS, self._key) if found else None
