"""Telecom's tasks are learned to be written, and played by both parties with the phone in hand."""

from pathlib import Path

import anyio
import pytest

from seawright_orchestrator.adapters.synthesis_peers import ScopedPlayer
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, Played
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.trajectories import AgentSpec, StopReason, UserSpec
from tests.integration.retail_synthesis import (
    Comparison,
    Curve,
    Synthesis,
    compared,
    in_process,
    run_stream,
)

pytestmark = pytest.mark.slow

SEED = 2
NUM_TASKS = 20
NUM_PLAYED = 25
GOALS = ["no_mobile_data", "mms_broken", "pay_overdue_bill", "refuel_data", "usage_info"]


def spec() -> SynthesisSpec:
    return SynthesisSpec(
        domain="telecom",
        database=DatabaseRef(domain="telecom", seed=SEED, num_customers=300),
        num_streams=1,
        num_iterations=6,
        candidates_per_iteration=120,
        goals=GOALS,
        seed=SEED,
        rollouts_per_task=0,
        contrast_rate=0.1,
    )


async def learned(synthesis: Synthesis) -> tuple[Curve, Comparison]:
    curve = await run_stream(synthesis, spec())
    return curve, await compared(synthesis, curve, num=NUM_TASKS)


async def played(synthesis: Synthesis, curve: Curve, user: UserSpec) -> list[Played]:
    tasks = [task for tasks in curve.tasks for task in tasks if task.dual_control][:NUM_PLAYED]
    player = synthesis.run_iteration.player
    assert isinstance(player, ScopedPlayer)
    orders = [
        EpisodeOrder(
            episode_id=f"ep_{number}",
            task=task,
            agent=AgentSpec(kind="scripted"),
            user=user,
            seed=number,
            max_turns=40,
        )
        for number, task in enumerate(tasks)
    ]
    return [await player.play_episode(order) for order in orders]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Synthesis, Curve, Comparison]:
    blobs: Path = tmp_path_factory.mktemp("telecom")

    async def measured() -> tuple[Synthesis, Curve, Comparison]:
        synthesis = in_process(blobs)
        return synthesis, *(await learned(synthesis))

    return anyio.run(measured)


def test_the_yield_rises_from_under_a_fifth(house: tuple[Synthesis, Curve, Comparison]):
    yields = house[1].yields
    assert yields[0] < 0.2
    assert max(yields[-2:]) > yields[0] + 0.2


def test_the_frozen_final_plan_yields_more_on_customers_never_seen(
    house: tuple[Synthesis, Curve, Comparison],
):
    _, curve, found = house
    assert found.gain.value >= 0.2
    assert found.gain.low > 0
    drawn = {task.customer_id for tasks in curve.tasks for task in tasks}
    assert not drawn & {task.customer_id for task in found.last.tasks}


def test_the_oracle_earns_every_reward_with_the_customers_hands(
    house: tuple[Synthesis, Curve, Comparison],
):
    synthesis, curve, _ = house
    runs = anyio.run(played, synthesis, curve, UserSpec())
    assert len(runs) > 10
    assert [run.verdict.rationale for run in runs if not run.verdict.ok] == []
    calls = [
        call.name
        for run in runs
        for message in run.trajectory.messages
        if message.role == "user"
        for call in message.tool_calls or ()
    ]
    assert len(set(calls)) > 4
    stops = {run.trajectory.stop_reason for run in runs}
    assert stops <= {StopReason.USER_STOP, StopReason.AGENT_STOP}


def test_a_customer_who_slips_spoils_some_plays_and_each_slip_is_told(
    house: tuple[Synthesis, Curve, Comparison],
):
    synthesis, curve, _ = house
    runs = anyio.run(played, synthesis, curve, UserSpec(slip_rate=0.4))
    spoilt = [run for run in runs if not run.verdict.ok]
    assert spoilt
    assert all(run.trajectory.slips for run in spoilt)
