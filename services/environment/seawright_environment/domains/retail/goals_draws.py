"""How the parts of a goal are drawn: deliberately naive, so that preconditions can be learned."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_environment.core.drafting import Scene
from seawright_environment.domains.retail.goals_shop import Shop, original_method
from seawright_environment.domains.retail.state import Order, OrderItem, Variant
from seawright_shared.records.base import Scalar

REASONS = (
    "no longer needed",
    "ordered by mistake",
    "found it cheaper",
    "it takes too long",
    "I changed my mind",
)
SHARE_SAME_ORDER = 0.5
"""Of goals after the first: about an order that was spoken of."""
SHARE_OWN_ORDER = 0.45
SHARE_STRANGER = 0.6
"""Of wrong order ids: of another customer; the others are made up."""
SHARE_OLD_ADDRESS = 0.5
SHARE_OWN_PAYMENT = 0.75
STREETS = ("Alder Way", "Birch Lane", "Chapel Road", "Dock Street", "Elm Court", "Ferry Row")
CITIES = (
    ("Boise", "ID", "837"),
    ("Salem", "OR", "973"),
    ("Tulsa", "OK", "741"),
    ("Akron", "OH", "443"),
    ("Provo", "UT", "846"),
)
ADDRESS_KEYS = ("address1", "address2", "city", "state", "country", "zip")


@dataclass(frozen=True, slots=True)
class Pen:
    """A scene, the shop in it, and the randomness of one draw."""

    scene: Scene
    shop: Shop
    draw: random.Random

    def order_id(self) -> str | None:
        """Return an order id, not always the customer's, not always a real one."""
        earlier = [goal.entity for goal in self.scene.earlier if goal.entity.startswith("#")]
        if earlier and self.draw.random() < SHARE_SAME_ORDER:
            return self.draw.choice(earlier)
        own = self.shop.user(self.scene.customer_id)["orders"]
        if not own:
            return None
        if self.draw.random() < SHARE_OWN_ORDER:
            return self.draw.choice(own)
        if self.draw.random() < SHARE_STRANGER:
            others = self.shop.user(self.draw.choice(self.scene.strangers))["orders"]
            return self.draw.choice(others) if others else self.draw.choice(own)
        while True:
            made_up = f"#W{self.draw.randrange(1000000, 10000000)}"
            if self.shop.order(made_up) is None:
                return made_up

    def payment_id(self) -> str:
        """Return a payment method id, mostly the customer's own."""
        customer = self.scene.customer_id
        if self.draw.random() >= SHARE_OWN_PAYMENT:
            customer = self.draw.choice(self.scene.strangers)
        return self.draw.choice(list(self.shop.user(customer)["payment_methods"]))

    def items(self, order: Order | None) -> list[OrderItem]:
        """Return one or two items of the order; of any product where there is no order."""
        if order is None:
            product = self.shop.product(self.draw.choice(self.shop.products()))
            return [
                _as_item(product["name"], product["product_id"], self._any(product["variants"]))
            ]
        num = min(self.draw.choice((1, 1, 2)), len(order["items"]))
        return self.draw.sample(order["items"], num)

    def replacement(self, item: OrderItem) -> str:
        """Return a variant: of the same product mostly, available or not, or the item itself."""
        if self.draw.random() < 0.15:
            return item["item_id"]
        product_id = item["product_id"]
        if self.draw.random() < 0.15:
            product_id = self.draw.choice(self.shop.products())
        return self._any(self.shop.product(product_id)["variants"])["item_id"]

    def address(self) -> dict[str, str]:
        """Return a new address, or the customer's own again."""
        if self.draw.random() < SHARE_OLD_ADDRESS:
            own = dict(self.shop.user(self.scene.customer_id)["address"])
            return {key: str(own[key]) for key in ADDRESS_KEYS}
        city, state, prefix = self.draw.choice(CITIES)
        return {
            "address1": f"{self.draw.randrange(10, 1000)} {self.draw.choice(STREETS)}",
            "address2": f"Suite {self.draw.randrange(100, 1000)}",
            "city": city,
            "state": state,
            "country": "USA",
            "zip": f"{prefix}{self.draw.randrange(100):02d}",
        }

    def _any(self, variants: dict[str, Variant]) -> Variant:
        return variants[self.draw.choice(list(variants))]

    def order_features(self, order_id: str) -> dict[str, Scalar]:
        """Return what rules may test of the order."""
        order = self.shop.order(order_id)
        if order is None:
            return {"order.exists": False, "order.own": False, "order.status": "none"}
        mine = self.shop.orders_of(self.scene.customer_id)
        name = order["items"][0]["name"]
        return {
            "order.exists": True,
            "order.own": order["user_id"] == self.scene.customer_id,
            "order.status": order["status"],
            "order.num_items": len(order["items"]),
            "order.num_same_status": sum(o["status"] == order["status"] for o in mine),
            "order.num_same_item": sum(
                any(item["name"] == name for item in o["items"]) for o in mine
            ),
        }

    def payment_features(
        self, method_id: str, order: Order | None, due: float
    ) -> dict[str, Scalar]:
        """Return what rules may test of a payment method, for an amount due."""
        methods = self.shop.user(self.scene.customer_id)["payment_methods"]
        method = methods.get(method_id)
        kind = method_id.rsplit("_", 1)[0] if method is None else method.get("source", "none")
        balance = None if method is None else method.get("balance")
        return {
            "payment.own": method is not None,
            "payment.kind": kind,
            "payment.num_same_kind": sum(
                each.get("source", "none") == kind for each in methods.values()
            ),
            "payment.same_as_original": order is not None and original_method(order) == method_id,
            "gift_covers": balance is None or balance >= due,
        }

    def item_features(self, order: Order | None, item_ids: Sequence[str]) -> dict[str, Scalar]:
        """Return what rules may test of the items that are meant, as the customer calls them."""
        held = order["items"] if order is not None else []
        meant = {item["name"] for item in held if item["item_id"] in item_ids}
        named = sum(item["name"] in meant for item in held)
        return {"num_items": len(item_ids), "items.num_same_name": named}

    def swap_features(
        self, items: Sequence[OrderItem], new_ids: Sequence[str]
    ) -> dict[str, Scalar]:
        """Return what rules may test of items and what they are swapped for."""
        news = [
            self.shop.variant(item["product_id"], new_id)
            for item, new_id in zip(items, new_ids, strict=True)
        ]
        return {
            "new_equals_old": any(
                item["item_id"] == new_id for item, new_id in zip(items, new_ids, strict=True)
            ),
            "same_product": all(new is not None for new in news),
            "new_available": all(new is not None and new["available"] for new in news),
            "price_up": self.price_difference(items, new_ids) > 0,
        }

    def price_difference(self, items: Sequence[OrderItem], new_ids: Sequence[str]) -> float:
        """Return the dollars due for the swap; what is no variant counts nothing."""
        total = 0.0
        for item, new_id in zip(items, new_ids, strict=True):
            new = self.shop.variant(item["product_id"], new_id)
            total += 0.0 if new is None else new["price"] - item["price"]
        return round(total, 2)

    def address_is_same(self, address: dict[str, str], order_id: str | None) -> bool:
        """Whether the address is the one that the order (None: the profile) has."""
        order = self.shop.order(order_id) if order_id else None
        if order_id and order is None:
            return False
        now = order["address"] if order else self.shop.user(self.scene.customer_id)["address"]
        return dict(now) == address


def _as_item(name: str, product_id: str, variant: Variant) -> OrderItem:
    return OrderItem(
        name=name,
        product_id=product_id,
        item_id=variant["item_id"],
        price=variant["price"],
        options=variant["options"],
    )
