"""Generated shops: any size, from a seed, with the shapes and shares of tau2-bench's retail data.

Nothing of the benchmark's content is in them: names, products, ids and prices are our own.
Customers and orders are made when they are first read; one does not depend on how many there are.
Equal items are one shared object: the base is immutable.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.populations import Population, scrambled, seed_of
from seawright_environment.domains.retail.catalogue import PRODUCT_TYPES, ProductType
from seawright_environment.domains.retail.people import BRANDS, CITIES, STREETS, UNITS, City
from seawright_environment.domains.retail.seed_census import ZIPS_PER_CITY, Census
from seawright_environment.domains.retail.seed_ledger import Ledger
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
MAX_METHODS = max(NUM_METHODS)
NUM_ITEMS = {1: 202, 2: 217, 3: 190, 4: 183, 5: 208}
STATUSES = {"pending": 423, "delivered": 373, "processed": 102, "cancelled": 102}
SOURCES = {"credit_card": 33, "paypal": 34, "gift_card": 33}
FIRST_METHOD, NUM_METHOD_IDS = 1_000_000, 9_000_000
"""The seven digits of a payment method's id."""

T = TypeVar("T")


def generate_tables(seed: int, num_customers: int) -> Tables:
    """Return the shop of this seed; a smaller one of the same seed is its beginning."""
    products = _products(_random(seed, "products", 0))
    shop = _Shop(seed=seed, census=Census(seed), ledger=Ledger(seed), shelf=_shelf(products))
    users = Population(
        size=num_customers,
        id_of=lambda index: shop.census.person(index).user_id,
        index_of=shop.census.by_user_id,
        make=lambda index: cast("JsonObject", cast("object", shop.user(index))),
        finders={"email": shop.census.by_email, "name_zip": shop.census.by_name_zip},
    )
    orders = Population(
        size=shop.ledger.first(num_customers),
        id_of=shop.ledger.order_id,
        index_of=shop.ledger.by_order_id,
        make=lambda index: cast("JsonObject", cast("object", shop.order(index))),
    )
    return {"products": cast("dict[str, JsonObject]", products), "users": users, "orders": orders}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shop:
    """Makes customer and order number n, always the same."""

    seed: int
    census: Census
    ledger: Ledger
    shelf: Sequence[OrderItem]

    def user(self, index: int) -> User:
        """Return customer i."""
        person = self.census.person(index)
        rng = _random(self.seed, "user", index)
        first = self.ledger.first(index)
        return User(
            user_id=person.user_id,
            name=Name(first_name=person.first_name, last_name=person.last_name),
            address=_address(rng, person.city, person.zip),
            email=person.email,
            payment_methods=self._payment_methods(rng, index),
            orders=[self.ledger.order_id(n) for n in range(first, self.ledger.first(index + 1))],
        )

    def order(self, index: int) -> Order:
        """Return order n."""
        user = self.user(self.ledger.owner(index))
        rng = _random(self.seed, "order", index)
        status = _drawn(rng, STATUSES)
        items = rng.choices(self.shelf, k=_drawn(rng, NUM_ITEMS))
        amount = round(sum(item["price"] for item in items), 2)
        return Order(
            order_id=self.ledger.order_id(index),
            user_id=user["user_id"],
            address=user["address"] if rng.random() < SHARE_SENT_HOME else _other_address(rng),
            items=items,
            status=status,
            fulfillments=[] if status == "pending" else [_fulfillment(rng, items)],
            payment_history=_payments(rng, user, status, amount),
            cancel_reason=None,
            exchange_items=None,
            exchange_new_items=None,
            exchange_payment_method_id=None,
            exchange_price_difference=None,
            return_items=None,
            return_payment_method_id=None,
        )

    def _payment_methods(self, rng: random.Random, index: int) -> dict[str, PaymentMethod]:
        """Return one to four methods; only cards may come twice."""
        wanted = _drawn(rng, NUM_METHODS)
        sources: list[str] = []
        while len(sources) < wanted:
            source = _drawn(rng, SOURCES)
            if sources.count(source) < (2 if source == "credit_card" else 1):
                sources.append(source)
        key = seed_of("retail", self.seed, "methods")
        methods: dict[str, PaymentMethod] = {}
        for number, source in enumerate(sources, start=index * MAX_METHODS):
            method_id = f"{source}_{FIRST_METHOD + scrambled(number, NUM_METHOD_IDS, key)}"
            methods[method_id] = _payment_method(rng, source, method_id)
        return methods


def _random(seed: int, purpose: str, index: int) -> random.Random:
    # Reproducible by seed; nothing secret depends on it.
    return random.Random(seed_of("retail", seed, purpose, index))  # noqa: S311


def _drawn(rng: random.Random, weights: dict[T, int]) -> T:
    """Return one key, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def _products(rng: random.Random) -> dict[str, Product]:
    used: set[str] = set()
    products = [_product(rng, product_type, used) for product_type in PRODUCT_TYPES]
    return {product["product_id"]: product for product in products}


def _product(rng: random.Random, product_type: ProductType, used: set[str]) -> Product:
    product_id = _fresh(rng, used)
    combinations = list(itertools.product(*product_type.options.values()))
    num = min(rng.choice(NUM_VARIANTS), len(combinations))
    variants: dict[str, Variant] = {}
    for values in rng.sample(combinations, num):
        item_id = _fresh(rng, used)
        price = round(product_type.price * rng.uniform(1 - PRICE_SPREAD, 1 + PRICE_SPREAD), 2)
        variants[item_id] = Variant(
            item_id=item_id,
            options=dict(zip(product_type.options, values, strict=True)),
            available=rng.random() < SHARE_AVAILABLE,
            price=price,
        )
    return Product(name=product_type.name, product_id=product_id, variants=variants)


def _fresh(rng: random.Random, used: set[str]) -> str:
    """Return an unused number of ten digits."""
    while True:
        name = str(rng.randrange(10**9, 10**10))
        if name not in used:
            used.add(name)
            return name


def _shelf(products: dict[str, Product]) -> list[OrderItem]:
    """Return every variant as it is bought."""
    return [
        OrderItem(
            name=product["name"],
            product_id=product["product_id"],
            item_id=variant["item_id"],
            price=variant["price"],
            options=variant["options"],
        )
        for product in products.values()
        for variant in product["variants"].values()
    ]


def _other_address(rng: random.Random) -> Address:
    city = rng.choice(CITIES)
    return _address(rng, city, f"{city.zip_prefix}{rng.randrange(ZIPS_PER_CITY):02d}")


def _address(rng: random.Random, city: City, zip_code: str) -> Address:
    return Address(
        address1=f"{rng.randrange(100, 1000)} {rng.choice(STREETS)}",
        address2=f"{rng.choice(UNITS)} {rng.randrange(100, 1000)}",
        city=city.name,
        country="USA",
        state=city.state,
        zip=zip_code,
    )


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


def _fulfillment(rng: random.Random, items: Sequence[OrderItem]) -> Fulfillment:
    tracking = str(rng.randrange(10**11, 10**12))
    return Fulfillment(tracking_id=[tracking], item_ids=[item["item_id"] for item in items])


def _payments(rng: random.Random, user: User, status: str, amount: float) -> list[Payment]:
    method_id = rng.choice(list(user["payment_methods"]))
    paid = Payment(transaction_type="payment", amount=amount, payment_method_id=method_id)
    if status != "cancelled":
        return [paid]
    return [paid, Payment(transaction_type="refund", amount=amount, payment_method_id=method_id)]
