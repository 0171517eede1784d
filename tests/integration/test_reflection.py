"""The promise of reflection, held on the real retail domain with every check and the oracle."""

from pathlib import Path

import anyio
import pytest

from tests.integration.retail_synthesis import (
    Comparison,
    Curve,
    Evolution,
    compared,
    in_process,
    run_stream,
    spec_of,
)

pytestmark = pytest.mark.slow

SEED = 2
NUM_TASKS = 24


async def measured(evolution: Evolution, blobs: Path) -> tuple[Curve, Comparison]:
    synthesis = in_process(blobs)
    spec = spec_of(evolution, SEED, candidates=100, iterations=8)
    curve = await run_stream(synthesis, spec)
    return curve, await compared(synthesis, curve, num=NUM_TASKS)


@pytest.fixture(scope="module")
def reflected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Curve, Comparison]:
    return anyio.run(measured, "reflect", tmp_path_factory.mktemp("reflect"))


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> tuple[Curve, Comparison]:
    return anyio.run(measured, "random_edits", tmp_path_factory.mktemp("random"))


def test_the_frozen_final_plan_yields_more_on_customers_never_seen(
    reflected: tuple[Curve, Comparison],
):
    gain = reflected[1].gain
    assert gain.value >= 0.3
    assert gain.low > 0


def test_the_two_splits_share_no_customer(reflected: tuple[Curve, Comparison]):
    curve, found = reflected
    drawn = {task.customer_id for tasks in curve.tasks for task in tasks}
    held_out = {task.customer_id for task in found.last.tasks}
    assert drawn
    assert held_out
    assert not drawn & held_out


def test_random_edits_do_not_improve(
    reflected: tuple[Curve, Comparison], control: tuple[Curve, Comparison]
):
    assert len(control[0].stream.plan.rules) > 0
    assert control[1].gain.value < 0.05
    assert control[1].gain.high < reflected[1].gain.low


def test_the_variety_does_not_fall(reflected: tuple[Curve, Comparison]):
    curve, found = reflected
    reports = curve.stream.reports
    assert reports[-1].num_sequences >= reports[0].num_sequences
    assert curve.entropies[-1] >= 0.9 * curve.entropies[0]
    assert found.last.num_sequences >= found.first.num_sequences


def test_every_revision_stores_what_it_predicted_and_what_was_seen(
    reflected: tuple[Curve, Comparison],
):
    reflections = reflected[0].stream.reflections
    assert reflections
    for reflection in reflections:
        assert 0 < reflection.predicted_yield <= 1
        assert reflection.observed_yield is not None
        assert reflection.accepted is not None
