"""A customer's first wish in all the ways in which he may come to tell it."""

from collections.abc import Iterator

from seawright_environment.core.disclosures import Story
from seawright_environment.domains.retail import phrases, phrases_disclosures
from seawright_environment.domains.retail.goals import GOALS
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.phrases_slots import key_of, wish_slots
from seawright_shared.records.tasks import Draft, Fact


def story_of(shop: Shop, draft: Draft, wish: str, identity: Fact, greeting: str) -> Story:
    """Return what the customer may say of his first wish, besides the text of it."""
    goal = draft.goals[0]
    words, slots = GOALS[goal.type].words, wish_slots(shop, draft, goal)
    pieces = phrases_disclosures.PIECES.get(key_of(goal))
    return Story(
        greeting=greeting,
        vague=phrases.VAGUE[words],
        pieces=[text.format(**slots) for text in pieces] if pieces else [wish],
        first_thought=phrases_disclosures.FIRST_THOUGHTS[words].format(**slots),
        correction=phrases_disclosures.CORRECTION,
        aside=next(_asides(shop, draft)),
        identity=identity,
        detail_cues=phrases.DETAIL_CUES,
    )


def _asides(shop: Shop, draft: Draft) -> Iterator[str]:
    """Yield what is true of things that no wish is about."""
    user = shop.user(draft.customer_id)
    spoken = {goal.entity for goal in draft.goals}
    mine = shop.orders_of(draft.customer_id)
    meant = {item["name"] for o in mine if o["order_id"] in spoken for item in o["items"]}
    for order in mine:
        for item in order["items"]:
            if item["name"] not in meant:
                yield phrases_disclosures.ASIDE_ITEM.format(item=item["name"])
    used = [goal.arguments.get("payment_method_id") for goal in draft.goals]
    for method_id, method in user["payment_methods"].items():
        if method_id not in used and "source" in method:
            kind = phrases.PAYMENT_KINDS[method["source"]]
            yield phrases_disclosures.ASIDE_PAYMENT.format(kind=kind)
    yield phrases_disclosures.ASIDE_NAME.format(name=user["name"]["first_name"])
