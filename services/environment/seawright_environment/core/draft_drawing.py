"""Drawing drafts: customers, their goals, contrast pairs; a function of the order."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

from seawright_environment.core.draft_rules import (
    MAX_CUSTOMERS_TRIED,
    MAX_REDRAWS,
    PROBE_SHARE,
    DraftRules,
)
from seawright_environment.core.drafting import (
    Author,
    DraftOrder,
    Preparation,
    Scene,
    View,
    check_order,
    is_heldout,
    wrong_order,
)
from seawright_shared.records.base import content_id
from seawright_shared.records.tasks import Draft, DraftGoal

T = TypeVar("T")
MAX_CUSTOMERS = 4096
"""Customers that the drafts of one order are drawn for; of a larger database, drawn first."""
MAX_DRAWS = 50
"""Customers tried for a goal that most cannot have, before the draft is given up."""


def draw_drafts(
    order: DraftOrder, author: Author, view: View, split: Sequence[str] | None = None
) -> list[Draft]:
    """Return `order.num` drafts of one split, a function of the order and the database.

    `split` is what `whole_split` returns, where that is known already.
    """
    check_order(order, author)
    # Reproducible by seed; nothing secret depends on it.
    draw = random.Random(f"drafts:{order.seed}:{order.is_heldout}")  # noqa: S311
    customers = whole_split(order, author, view) if split is None else split
    if customers is None:
        customers = _of_split(order, draw.sample(author.customers(view), MAX_CUSTOMERS))
    if not customers:
        raise wrong_order("/holdout_share", "no customer is in this split")
    drafts: list[Draft] = []
    rules = DraftRules.of(order.rules)
    while len(drafts) < order.num:
        draft = None
        if rules.by_scope and draw.random() >= PROBE_SHARE:
            draft = _draw_draft(order, author, view, customers, draw, rules)
        draft = draft or _draw_free(order, author, view, customers, draw)
        drafts += _contrasted(order, author, view, draft, draw) or [draft]
    return drafts[: order.num]


def whole_split(order: DraftOrder, author: Author, view: View) -> list[str] | None:
    """Return the customers of an order's split; None of a database so large that some are drawn."""
    everybody = author.customers(view)
    return None if len(everybody) > MAX_CUSTOMERS else _of_split(order, everybody)


def _of_split(order: DraftOrder, customers: Sequence[str]) -> list[str]:
    return [
        customer
        for customer in customers
        if is_heldout(customer, order.holdout_share) == order.is_heldout
    ]


def _draw_free(
    order: DraftOrder, author: Author, view: View, customers: Sequence[str], draw: random.Random
) -> Draft:
    draft = _draw_draft(order, author, view, customers, draw, None)
    if draft is None:
        raise wrong_order("/goals", "no customer of this split can ask for what was drawn")
    return draft


def _draw_draft(
    order: DraftOrder,
    author: Author,
    view: View,
    customers: Sequence[str],
    draw: random.Random,
    rules: DraftRules | None,
) -> Draft | None:
    """Return a draft; None where no tried customer can ask for the goals, or the rules forbid."""
    count = _weighted(draw, order.num_goals)
    types = [_weighted(draw, order.goals) for _ in range(count)]
    for _ in range(MAX_CUSTOMERS_TRIED if rules else MAX_DRAWS):
        customer = draw.choice(customers)
        goals: list[DraftGoal] = []
        for index, goal_type in enumerate(types):
            scene = Scene(
                view=view,
                customer_id=customer,
                strangers=customers,
                earlier=goals,
                is_last=index == count - 1,
            )
            goal = _draw_goal(author, scene, goal_type, draw, rules, count)
            if goal is None:
                break
            goals.append(goal)
        if len(goals) == count:
            preparation = author.prepare(view, customer, goals, draw)
            return _draft(order, customer, goals, preparation, draw)
    return None


def _draw_goal(
    author: Author,
    scene: Scene,
    goal_type: str,
    draw: random.Random,
    rules: DraftRules | None,
    count: int,
) -> DraftGoal | None:
    """Return a goal that no rule holds back; None where the customer has none to ask for."""
    position = len(scene.earlier)
    for _ in range(MAX_REDRAWS):
        goal = author.draw_goal(scene, goal_type, draw)
        if goal is None or rules is None:
            return goal
        if not rules.hold_back(goal, position=position, num_goals=count):
            return goal
    return None


def _contrasted(
    order: DraftOrder, author: Author, view: View, draft: Draft, draw: random.Random
) -> list[Draft]:
    """Return both halves of a contrast pair, of the same words; none where there is no rule."""
    if not order.contrast_rate or draw.random() >= order.contrast_rate:
        return []
    contrast = author.contrast(view, draft, draw)
    if contrast is None:
        return []
    halves = [
        draft.model_copy(
            update={
                "id": "",
                "goals": list(half.goals),
                "initial_patch": [*draft.initial_patch, *half.patch],
                "pair": content_id("pair", draft),
                "policy_rule": contrast.rule,
            }
        )
        for half in (contrast.inside, contrast.outside)
    ]
    return [half.model_copy(update={"id": content_id("draft", half)}) for half in halves]


def _draft(
    order: DraftOrder,
    customer: str,
    goals: list[DraftGoal],
    preparation: Preparation,
    draw: random.Random,
) -> Draft:
    draft = Draft(
        id="",
        domain=order.database.domain,
        database=order.database,
        customer_id=customer,
        goals=goals,
        disclosure=_weighted(draw, order.disclosures),
        reference=_weighted(draw, order.references),
        persona=draw.choice(order.personas),
        seed=draw.getrandbits(31),
        initial_patch=list(preparation.patch),
        initial_calls=list(preparation.calls),
    )
    return draft.model_copy(update={"id": content_id("draft", draft)})


def _weighted(draw: random.Random, weights: Mapping[T, float]) -> T:
    return draw.choices(list(weights), list(weights.values()))[0]
