"""Generated shops: any size, from a seed, with the shapes and shares of tau2-bench's retail data.

Nothing of the benchmark's content is in them: names, products, ids and prices are our own.
Equal parts (an item as it was bought, an address) are one shared object: the base is immutable.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from seawright_environment.core.json_values import Tables
from seawright_environment.domains.retail.catalogue import PRODUCT_TYPES, ProductType
from seawright_environment.domains.retail.people import (
    BRANDS,
    CITIES,
    FIRST_NAMES,
    LAST_NAMES,
    STREETS,
    UNITS,
)
from seawright_environment.domains.retail.state import (
    Address,
    Fulfillment,
    Name,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    Product,
    User,
    Variant,
)

SHARE_AVAILABLE = 0.64
SHARE_SENT_HOME = 0.8
"""Orders shipped to the customer's default address."""
PRICE_SPREAD = 0.1
NUM_VARIANTS = range(5, 21)
NUM_METHODS = {1: 674, 2: 272, 3: 44, 4: 10}
NUM_ORDERS = {0: 124, 1: 266, 2: 282, 3: 208, 4: 74, 5: 34, 6: 8, 7: 2, 8: 2}
NUM_ITEMS = {1: 202, 2: 217, 3: 190, 4: 183, 5: 208}
STATUSES = {"pending": 423, "delivered": 373, "processed": 102, "cancelled": 102}
SOURCES = {"credit_card": 33, "paypal": 34, "gift_card": 33}

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _Shop:
    """A shop in the making; `used` holds what must stay unique."""

    rng: random.Random
    products: dict[str, Product] = field(default_factory=dict[str, Product])
    users: dict[str, User] = field(default_factory=dict[str, User])
    orders: dict[str, Order] = field(default_factory=dict[str, Order])
    shelf: list[OrderItem] = field(default_factory=list[OrderItem])
    used: set[object] = field(default_factory=set[object])

    def fresh(self, prefix: str, digits: int) -> str:
        """Return an unused id: the prefix and a number of this many digits."""
        while True:
            number = self.rng.randrange(10 ** (digits - 1), 10**digits)
            name = f"{prefix}{number}"
            if name not in self.used:
                self.used.add(name)
                return name

    def drawn(self, weights: dict[T, int]) -> T:
        """Return one key, by weight."""
        return self.rng.choices(list(weights), list(weights.values()))[0]


def generate_tables(seed: int, num_customers: int) -> Tables:
    """Return the shop of this seed and size; equal arguments give equal shops."""
    shop = _Shop(rng=random.Random(f"retail/{seed}/{num_customers}"))  # noqa: S311 - not secret
    for product_type in PRODUCT_TYPES:
        _add_product(shop, product_type)
    for _ in range(num_customers):
        user = _add_user(shop)
        for _ in range(shop.drawn(NUM_ORDERS)):
            _add_order(shop, user)
    tables = {"products": shop.products, "users": shop.users, "orders": shop.orders}
    return cast("Tables", tables)


def _add_product(shop: _Shop, product_type: ProductType) -> None:
    rng = shop.rng
    product_id = shop.fresh("", 10)
    combinations = list(itertools.product(*product_type.options.values()))
    num = min(rng.choice(NUM_VARIANTS), len(combinations))
    variants: dict[str, Variant] = {}
    for values in rng.sample(combinations, num):
        item_id = shop.fresh("", 10)
        options = dict(zip(product_type.options, values, strict=True))
        price = round(product_type.price * rng.uniform(1 - PRICE_SPREAD, 1 + PRICE_SPREAD), 2)
        variants[item_id] = Variant(
            item_id=item_id,
            options=options,
            available=rng.random() < SHARE_AVAILABLE,
            price=price,
        )
        shop.shelf.append(
            OrderItem(
                name=product_type.name,
                product_id=product_id,
                item_id=item_id,
                price=price,
                options=options,
            )
        )
    shop.products[product_id] = Product(
        name=product_type.name, product_id=product_id, variants=variants
    )


def _add_user(shop: _Shop) -> User:
    rng = shop.rng
    while True:
        name = Name(first_name=rng.choice(FIRST_NAMES), last_name=rng.choice(LAST_NAMES))
        address = _address(rng)
        who = (name["first_name"], name["last_name"], address["zip"])
        if who not in shop.used:
            shop.used.add(who)
            break
    first, last = name["first_name"].lower(), name["last_name"].lower()
    user = User(
        user_id=shop.fresh(f"{first}_{last}_", 4),
        name=name,
        address=address,
        email=shop.fresh(f"{first}.{last}", 4) + "@example.com",
        payment_methods=_payment_methods(shop),
        orders=[],
    )
    shop.users[user["user_id"]] = user
    return user


def _address(rng: random.Random) -> Address:
    city = rng.choice(CITIES)
    return Address(
        address1=f"{rng.randrange(100, 1000)} {rng.choice(STREETS)}",
        address2=f"{rng.choice(UNITS)} {rng.randrange(100, 1000)}",
        city=city.name,
        country="USA",
        state=city.state,
        zip=f"{city.zip_prefix}{rng.randrange(100):02d}",
    )


def _payment_methods(shop: _Shop) -> dict[str, PaymentMethod]:
    """Return one to four methods; only cards may come twice."""
    methods: dict[str, PaymentMethod] = {}
    wanted = shop.drawn(NUM_METHODS)
    sources: list[str] = []
    while len(sources) < wanted:
        source = shop.drawn(SOURCES)
        if sources.count(source) < (2 if source == "credit_card" else 1):
            sources.append(source)
    for source in sources:
        method_id = shop.fresh(f"{source}_", 7)
        methods[method_id] = _payment_method(shop.rng, source, method_id)
    return methods


def _payment_method(rng: random.Random, source: str, method_id: str) -> PaymentMethod:
    if source == "credit_card":
        return PaymentMethod(
            source="credit_card",
            id=method_id,
            brand=rng.choice(BRANDS),
            last_four=f"{rng.randrange(1000, 10000)}",
        )
    if source == "paypal":
        return PaymentMethod(source="paypal", id=method_id)
    return PaymentMethod(source="gift_card", id=method_id, balance=float(rng.randrange(0, 101)))


def _add_order(shop: _Shop, user: User) -> None:
    rng = shop.rng
    order_id = shop.fresh("#W", 7)
    status = shop.drawn(STATUSES)
    items = rng.choices(shop.shelf, k=shop.drawn(NUM_ITEMS))
    amount = round(sum(item["price"] for item in items), 2)
    home = rng.random() < SHARE_SENT_HOME
    shop.orders[order_id] = Order(
        order_id=order_id,
        user_id=user["user_id"],
        address=user["address"] if home else _address(rng),
        items=items,
        status=status,
        fulfillments=[] if status == "pending" else [_fulfillment(shop, items)],
        payment_history=_payments(rng, user, status, amount),
        cancel_reason=None,
        exchange_items=None,
        exchange_new_items=None,
        exchange_payment_method_id=None,
        exchange_price_difference=None,
        return_items=None,
        return_payment_method_id=None,
    )
    user["orders"].append(order_id)


def _fulfillment(shop: _Shop, items: Sequence[OrderItem]) -> Fulfillment:
    tracking = str(shop.rng.randrange(10**11, 10**12))
    return Fulfillment(tracking_id=[tracking], item_ids=[item["item_id"] for item in items])


def _payments(rng: random.Random, user: User, status: str, amount: float) -> list[Payment]:
    method_id = rng.choice(list(user["payment_methods"]))
    paid = Payment(transaction_type="payment", amount=amount, payment_method_id=method_id)
    if status != "cancelled":
        return [paid]
    return [paid, Payment(transaction_type="refund", amount=amount, payment_method_id=method_id)]
