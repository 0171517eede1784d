"""The shop as goals read it: typed look-ups over a view of the state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from seawright_environment.core.drafting import View
from seawright_environment.domains.retail.state import Order, OrderItem, Product, User, Variant


@dataclass(frozen=True, slots=True)
class Shop:
    """A view with the shop's types. What is looked up must exist, unless None may come back."""

    view: View

    def user(self, user_id: str) -> User:
        """Return a customer."""
        return cast("User", cast("object", self.view["users"][user_id]))

    def product(self, product_id: str) -> Product:
        """Return a product."""
        return cast("Product", cast("object", self.view["products"][product_id]))

    def order(self, order_id: str) -> Order | None:
        """Return an order, or None where there is none of this id."""
        found = self.view["orders"].get(order_id)
        return None if found is None else cast("Order", cast("object", found))

    def orders_of(self, user_id: str) -> list[Order]:
        """Return a customer's orders, in his profile's order."""
        found = [self.order(order_id) for order_id in self.user(user_id)["orders"]]
        return [order for order in found if order is not None]

    def variant(self, product_id: str, item_id: str) -> Variant | None:
        """Return a variant of a product, or None."""
        return self.product(product_id)["variants"].get(item_id)

    def products(self) -> list[str]:
        """Return all product ids."""
        return list(self.view["products"])


def items_named(order: Order, item_ids: Sequence[str]) -> list[OrderItem]:
    """Return an order's items of these ids; unknown ids are left out."""
    by_id = {item["item_id"]: item for item in order["items"]}
    return [by_id[item_id] for item_id in item_ids if item_id in by_id]


def original_method(order: Order) -> str:
    """Return the payment method that an order was first paid with."""
    return order["payment_history"][0]["payment_method_id"]


def total_paid(order: Order) -> float:
    """Return the first payment's amount in dollars."""
    return order["payment_history"][0]["amount"]
