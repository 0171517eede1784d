import time
from typing import Any

import pytest

from seawright_environment.core.databases import Databases
from seawright_environment.core.draft_drawing import draw_drafts
from seawright_environment.core.drafting import is_heldout
from seawright_environment.core.world import World
from seawright_environment.domains import DOMAINS
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.domains import DatabaseRef
from tests.support.synthesis import AUTHOR, drafts, order, shop
from tests.support.tau2_vectors import needs_vectors, tau2_base


def test_the_same_order_gives_the_same_drafts():
    assert drafts(order(200, seed=7)) == drafts(order(200, seed=7))
    assert drafts(order(200, seed=7)) != drafts(order(200, seed=8))


def test_ids_are_unique_and_of_the_content():
    made = drafts(order(500))
    assert len({draft.id for draft in made}) == len({draft.model_dump_json() for draft in made})


def test_the_splits_share_neither_customers_nor_their_orders():
    train, heldout = drafts(order(800)), drafts(order(800, is_heldout=True))
    users = World.open(shop()).view["users"]
    for made, wanted in ((train, False), (heldout, True)):
        for draft in made:
            assert is_heldout(draft.customer_id, 0.3) is wanted
    named = {str(goal.arguments.get("order_id")) for draft in train for goal in draft.goals}
    aside = [user for user in users if is_heldout(user, 0.3)]
    hidden = {str(order_id) for user in aside for order_id in users[user]["orders"] or []}  # pyright: ignore[reportGeneralTypeIssues]
    assert hidden
    assert not named & hidden
    assert not {str(g.arguments.get("user_id")) for d in train for g in d.goals} & set(aside)


def test_about_the_wanted_share_of_customers_is_held_out():
    share = sum(is_heldout(f"customer_{i}", 0.3) for i in range(5000)) / 5000
    assert 0.27 < share < 0.33
    assert not any(is_heldout(f"customer_{i}", 0.0) for i in range(100))


def test_weights_decide_goal_types_and_their_number():
    made = drafts(order(300, goals={"order_info": 1.0}, num_goals={2: 1.0}))
    assert {goal.type for draft in made for goal in draft.goals} == {"order_info"}
    assert {len(draft.goals) for draft in made} == {2}


def test_every_feature_is_declared_and_flat():
    for draft in drafts(order(1000)):
        for goal in draft.goals:
            assert set(goal.features) <= set(AUTHOR.features)
            assert goal.features["goal"] == goal.type
            assert all(isinstance(v, str | int | float | bool) for v in goal.features.values())


def test_the_previous_tool_is_of_the_same_thing():
    for draft in drafts(order(500, num_goals={3: 1.0})):
        for index, goal in enumerate(draft.goals):
            same = [before.type for before in draft.goals[:index] if before.entity == goal.entity]
            assert goal.features["prev_tool"] == (same[-1] if same else "none")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"goals": {"fly": 1.0}}, "/goals/fly"),
        ({"goals": {"order_info": 0.0}}, "/goals"),
        ({"goals": {"order_info": -1.0}}, "/goals"),
        ({"num_goals": {9: 1.0}}, "/num_goals"),
        ({"is_heldout": True, "holdout_share": 0.0}, "/holdout_share"),
    ],
)
def test_an_impossible_order_names_the_field(changes: dict[str, object], pointer: str):
    with pytest.raises(InvalidRequestError) as caught:
        drafts(order(5, **changes))  # pyright: ignore[reportArgumentType]
    assert caught.value.errors[0].pointer == pointer


@needs_vectors
def test_drafts_are_drawn_on_tau2s_data_too():
    base = tau2_base("retail")
    wanted = order(300, database=DatabaseRef(domain="retail", source="tau2"))
    began = time.perf_counter()
    made = draw_drafts(wanted, AUTHOR, World.open(base).view)
    assert time.perf_counter() - began < 5
    assert len(made) == 300


@pytest.mark.parametrize("held_out", [True, False])
def test_drafts_for_a_million_customers_list_and_make_only_a_few(held_out: bool):
    database = DatabaseRef(domain="retail", seed=5, num_customers=1_000_000)
    base = Databases(DOMAINS).load(database)
    view = World.open(base).view
    wanted = order(20, database=database, is_heldout=held_out)
    made = draw_drafts(wanted, AUTHOR, view)
    assert made == draw_drafts(wanted, AUTHOR, view)
    assert len({draft.customer_id for draft in made}) == 20
    users: Any = base.database.tables["users"]
    for draft in made:
        assert is_heldout(draft.customer_id, wanted.holdout_share) == held_out
        assert draft.customer_id in AUTHOR.customers(view)
    assert users.num_kept < 500
    far = [users.position(draft.customer_id) for draft in made]
    assert max(far) > 500_000 > min(far)
