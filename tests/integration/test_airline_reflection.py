"""The promise of reflection, held on the airline: fewer kinds of wishes, every check, the oracle."""

from pathlib import Path

import anyio
import pytest

from tests.integration.retail_synthesis import (
    Comparison,
    Curve,
    compared,
    in_process,
    run_stream,
    spec_of,
)

pytestmark = pytest.mark.slow

SEED = 3
NUM_TASKS = 12
GOALS = [
    "cancel_reservation",
    "refused_cancellation",
    "flown_cancellation",
    "add_bags",
    "book_reservation",
    "reservation_info",
    "human_request",
]


async def measured(blobs: Path) -> tuple[Curve, Comparison]:
    synthesis = in_process(blobs)
    spec = spec_of("reflect", SEED, candidates=90, iterations=6, domain="airline")
    spec = spec.model_copy(update={"goals": GOALS, "contrast_rate": 0.1})
    curve = await run_stream(synthesis, spec)
    return curve, await compared(synthesis, curve, num=NUM_TASKS)


@pytest.fixture(scope="module")
def reflected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Curve, Comparison]:
    return anyio.run(measured, tmp_path_factory.mktemp("reflect"))


def test_the_frozen_final_plan_yields_more_on_customers_never_seen(
    reflected: tuple[Curve, Comparison],
):
    curve, found = reflected
    assert curve.yields[0] < 0.25
    assert found.gain.value >= 0.3
    assert found.gain.low > 0


def test_the_two_splits_share_no_customer(reflected: tuple[Curve, Comparison]):
    curve, found = reflected
    drawn = {task.customer_id for tasks in curve.tasks for task in tasks}
    held_out = {task.customer_id for task in found.last.tasks}
    assert drawn
    assert held_out
    assert not drawn & held_out


def test_the_variety_does_not_fall(reflected: tuple[Curve, Comparison]):
    reports = reflected[0].stream.reports
    assert reports[-1].num_sequences > reports[0].num_sequences


def test_contrast_pairs_are_accepted_and_say_at_which_rule_they_stand(
    reflected: tuple[Curve, Comparison],
):
    paired = [task for tasks in reflected[0].tasks for task in tasks if task.pair]
    assert paired
    assert all(task.policy_rules for task in paired)
    assert {task.outcome for task in paired} == {"fulfil", "refuse"}


def test_no_accepted_task_is_passed_by_doing_nothing(reflected: tuple[Curve, Comparison]):
    assert not any(task.noop_passable for tasks in reflected[0].tasks for task in tasks)
