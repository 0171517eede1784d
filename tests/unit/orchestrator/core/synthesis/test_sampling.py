from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.synthesis.identities import draft_key
from seawright_orchestrator.core.synthesis.sampling import Exclusions, Selection, quotas
from seawright_shared.records.base import Scalar
from seawright_shared.records.tasks import Draft, PatchOp
from tests.unit.orchestrator.core.synthesis.builders import draft, literal, plan, rule

PENDING = rule("pending", "cancel", literal("status", "!=", "pending"))
GIFT = rule("gift", "cancel", literal("pay", "==", "gift"))


@given(
    num=st.integers(0, 300),
    first=st.floats(0.01, 1),
    second=st.floats(0.01, 1),
    two=st.floats(0, 1),
)
def test_quotas_add_up_and_follow_the_shares(num: int, first: float, second: float, two: float):
    wanted = plan(goals={"cancel": first, "return": second}, num_goals={1: 1.0, 2: two})
    room = quotas(wanted, num)
    assert room.total() == num
    total = (first + second) * (1 + two)
    assert abs(room["cancel", 1] - num * first / total) < 1


def test_a_rule_holds_drafts_back_and_they_are_counted():
    selection = Selection(plan=plan(PENDING, probe_rate=0.0), num=2, seed=1)
    selection.offer([draft(1, status="shipped"), draft(2, status="pending")])
    assert [one.draft.id for one in selection.candidates()] == ["draft_2"]
    assert selection.num_held_back == 1


def test_a_probe_violates_exactly_one_rule_and_says_which():
    selection = Selection(plan=plan(PENDING, GIFT, probe_rate=1.0), num=1, seed=1)
    selection.offer(
        [
            draft(1, status="shipped", pay="gift"),
            draft(2, status="shipped", pay="card"),
            draft(3, status="pending", pay="card"),
        ]
    )
    (chosen,) = selection.candidates()
    assert (chosen.draft.id, chosen.probe) == ("draft_2", "pending")


def test_the_least_probed_rule_is_probed_first():
    often = PENDING.model_copy(update={"probes": 3})
    selection = Selection(plan=plan(often, GIFT, probe_rate=1.0), num=1, seed=1)
    selection.offer(
        [draft(1, status="shipped", pay="card"), draft(2, status="pending", pay="gift")]
    )
    assert [one.probe for one in selection.candidates()] == ["gift"]


def test_a_plan_without_rules_has_nothing_to_probe():
    selection = Selection(plan=plan(probe_rate=1.0, goals={"cancel": 1.0}), num=1, seed=1)
    selection.offer([draft(1)])
    assert selection.is_full
    assert [one.probe for one in selection.candidates()] == [None]


def test_the_mix_is_kept_and_only_what_cannot_be_filled_is_taken_from_the_surplus():
    selection = Selection(plan=plan(), num=4, seed=1)
    selection.offer([draft(number) for number in range(8)])
    assert not selection.is_full
    assert len(selection.candidates()) == 4
    fresh = Selection(plan=plan(), num=4, seed=1)
    fresh.offer([*(draft(n) for n in range(8)), *(draft(n, "return") for n in range(8, 16))])
    types = [one.draft.goals[0].type for one in fresh.candidates()]
    assert sorted(types) == ["cancel", "cancel", "return", "return"]


def test_the_same_wish_is_taken_once():
    selection = Selection(plan=plan(), num=4, seed=1)
    again = draft(1).model_copy(update={"id": "other words", "persona": "terse"})
    selection.offer([draft(1), again])
    assert len(selection.candidates()) == 1


def test_excluded_wishes_and_names_are_resampled():
    named = Exclusions(names=frozenset({"#2-0"}))
    selection = Selection(plan=plan(), num=4, seed=1, exclusions=named)
    selection.offer([draft(1), draft(2), draft(3)], frozenset({draft_key(draft(1))}))
    assert [one.draft.id for one in selection.candidates()] == ["draft_3"]
    assert selection.num_excluded == 2


@given(weight=st.sampled_from([0.0, 1.0]), seed=st.integers(0, 1000))
def test_downweight_keeps_all_at_one_and_none_at_zero(weight: float, seed: int):
    soft = PENDING.model_copy(update={"effect": "downweight", "weight": weight})
    selection = Selection(plan=plan(soft, probe_rate=0.0), num=1, seed=seed)
    selection.offer([draft(1, status="shipped")])
    assert len(selection.candidates()) == int(weight)


def halves(number: int, **features: Scalar) -> list[Draft]:
    inside, outside = (
        draft(number, "cancel", customer="", **features),
        draft(number, "return", customer="", **features),
    )
    patch = [PatchOp(path=["orders", "1", "status"], op="set", value="x")]
    return [
        inside.model_copy(update={"pair": f"pair_{number}"}),
        outside.model_copy(
            update={"id": f"other_{number}", "pair": f"pair_{number}", "initial_patch": patch}
        ),
    ]


def pairs_of(selection: Selection) -> Counter[str]:
    return Counter(one.draft.pair for one in selection.candidates() if one.draft.pair)


def test_the_halves_of_a_pair_are_taken_together_and_up_to_their_share():
    selection = Selection(plan=plan(contrast_rate=0.4), num=10, seed=1)
    selection.offer([half for number in range(6) for half in halves(number)])
    selection.offer([draft(number, "cancel") for number in range(10, 30)])
    assert pairs_of(selection) == {"pair_0": 2, "pair_1": 2}
    assert len(selection.candidates()) == 10


def test_a_rule_that_holds_back_one_half_holds_back_both():
    selection = Selection(plan=plan(PENDING, contrast_rate=1.0), num=10, seed=1)
    selection.offer(halves(1, status="shipped"))
    assert selection.candidates() == []
    assert selection.num_held_back == 2


def test_the_same_words_on_another_state_are_another_wish():
    inside, _ = halves(1)
    patch = [PatchOp(path=["orders", "1", "status"], op="set", value="x")]
    assert draft_key(inside) != draft_key(inside.model_copy(update={"initial_patch": patch}))
