"""The demonstration against the real services, small, with a model that knows nothing."""

import asyncio
import time
from pathlib import Path

import pytest

from seawright_console.adapters.http_deployment import addresses_below, connected
from seawright_console.adapters.jinja_pages import write_report
from seawright_console.cli.embedded import embedded
from seawright_console.core.demo_plan import DemoPlan
from seawright_console.core.report import report_of
from seawright_console.usecases.gather_findings import GatherFindings
from seawright_console.usecases.run_demo import RunDemo
from seawright_console.usecases.survey import Survey
from tests.e2e.embedded_process import write_model
from tests.unit.console.usecases.test_follow_runs import Paper

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PLAN = DemoPlan(
    seed=3,
    num_customers=80,
    num_streams=2,
    num_iterations=2,
    candidates_per_iteration=60,
    goals=("cancel_pending_order",),
    agent_goals=("cancel_pending_order",),
    num_heldout_tasks=4,
    num_trials=2,
    max_turns=8,
    max_tokens=24,
    sft_steps=2,
    sft_dialogues_per_step=2,
    token_budget=4096,
    max_length=4096,
    rl_steps=1,
    rl_groups_per_step=1,
    rl_group_size=2,
    max_refills=3,
)


async def test_the_demonstration_runs_through_all_services_and_rl_needs_some_success(
    tmp_path: Path,
):
    base = write_model(tmp_path / "base")
    async with (
        embedded(tmp_path / "state", "127.0.0.1", 0) as running,
        connected(addresses_below(running.url)) as at,
    ):
        demo = RunDemo(
            deployment=at,
            plan=PLAN,
            base_folder=base,
            screen=Paper(),
            clock=time.perf_counter,
            pause=asyncio.sleep,
        )
        result = await demo()
        assert result.rl_failure is not None
        assert "no-variance" in result.rl_failure
        assert list(result.evaluations) == ["base", "SFT"]
        assert [run.status.value for run in result.trainings] == ["succeeded", "failed"]
        runs = await Survey(deployment=at).runs()
        assert sorted((run.kind, run.status) for run in runs) == [
            ("evaluation", "succeeded"),
            ("evaluation", "succeeded"),
            ("synthesis", "succeeded"),
            ("training", "failed"),
            ("training", "succeeded"),
        ]
        findings = await GatherFindings(deployment=at)([run.id for run in runs])
        page = write_report(report_of(findings), tmp_path / "report.html").read_text()
    assert len(findings.readings) == 5
    assert all(reading.turns for reading in findings.readings)
    for evaluation in findings.evaluations.values():
        assert evaluation.report is not None
        assert evaluation.report.num_tasks == 4
        assert evaluation.report.num_episodes + evaluation.report.num_excluded == 8
    _, steps = next(each for each in findings.trainings if each[0].spec.kind == "sft")
    assert [step.step for step in steps] == [1, 2]
    assert steps[1].metrics["loss"] < 20
    assert page.count("<svg") > 5
