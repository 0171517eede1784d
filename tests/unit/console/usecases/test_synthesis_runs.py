import json
from dataclasses import dataclass, field

import httpx
import pytest

from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.core.deployment import Deployment
from seawright_console.core.run_failure import RunFailedError
from seawright_console.usecases.follow_syntheses import FollowSyntheses
from seawright_console.usecases.start_syntheses import StartSyntheses
from seawright_shared.contracts.orchestrator import SynthesisRun
from seawright_shared.contracts.pages import Page
from seawright_shared.records.jobs import JobStatus, StatusReason
from tests.unit.console import made_up
from tests.unit.console.usecases.test_follow_runs import Paper

REPORT = made_up.synthesis()
SPEC = REPORT.run.spec


def run(run_id: str, status: JobStatus, **changes: object) -> SynthesisRun:
    return REPORT.run.model_copy(update={"id": run_id, "status": status, **changes})


@dataclass
class Orchestrator:
    """Answers with the runs it has; a new one is `srun_new`."""

    runs: list[SynthesisRun]
    keys: list[str] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)

    def deployment(self) -> Deployment:
        return opened(addresses_below("http://x"), transport=httpx.MockTransport(self.reply))

    def reply(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/orchestrator/v1/synthesis-runs")
        if request.method == "POST" and path == "":
            self.keys.append(request.headers["idempotency-key"])
            made = run("srun_new", JobStatus.QUEUED)
            return httpx.Response(202, content=made.model_dump_json())
        if request.method == "POST":
            self.verbs.append(path)
            return httpx.Response(202, content=self.runs[0].model_dump_json())
        if path == "":
            return httpx.Response(200, content=Page(data=self.runs).model_dump_json())
        if path.endswith("/streams"):
            streams = [stream.model_dump(mode="json") for stream in REPORT.streams]
            return httpx.Response(200, content=json.dumps({"data": streams}))
        found = next(each for each in self.runs if path == f"/{each.id}")
        return httpx.Response(200, content=found.model_dump_json())


@pytest.mark.parametrize("status", [JobStatus.RUNNING, JobStatus.QUEUED, JobStatus.SUCCEEDED])
async def test_a_spec_that_was_asked_for_before_is_the_same_run(status: JobStatus):
    known = Orchestrator([run("srun_1", status)])
    begun = await StartSyntheses(deployment=known.deployment())(SPEC)
    assert (begun.run.id, begun.is_new) == ("srun_1", False)
    assert known.keys == []


async def test_a_paused_run_goes_on():
    known = Orchestrator([run("srun_1", JobStatus.PAUSED)])
    begun = await StartSyntheses(deployment=known.deployment())(SPEC)
    assert begun.run.id == "srun_1"
    assert known.verbs == ["/srun_1/resume"]


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
async def test_a_run_that_failed_is_begun_anew_under_another_key(status: JobStatus):
    known, fresh = Orchestrator([run("srun_1", status)]), Orchestrator([])
    for each in (known, fresh):
        begun = await StartSyntheses(deployment=each.deployment())(SPEC)
        assert (begun.run.id, begun.is_new) == ("srun_new", True)
    assert known.keys != fresh.keys


async def test_another_spec_or_again_makes_another_run():
    known = Orchestrator([run("srun_1", JobStatus.SUCCEEDED)])
    start = StartSyntheses(deployment=known.deployment())
    assert (await start(SPEC.model_copy(update={"seed": 99}))).is_new
    assert (await start(SPEC, again=True)).is_new


async def follow(runs: list[SynthesisRun]) -> Paper:
    async def no_pause(_: float) -> None: ...

    paper = Paper()
    deployment = Orchestrator(runs).deployment()
    following = FollowSyntheses(deployment=deployment, screen=paper, pause=no_pause)
    await following({each.id: each.id for each in runs}, "Synthesis")
    return paper


async def test_every_whole_iteration_is_told_once_with_the_yields_of_its_streams():
    paper = await follow([run("srun_1", JobStatus.SUCCEEDED, num_iterations_done=32)])
    told = [line for line in paper.said if line.startswith("srun_1, iteration ")]
    assert len(told) == 8
    assert told[0] == "srun_1, iteration 0: 0.06, 22 of 400 accepted (0.10 0.07 0.04 0.01)"


async def test_a_failed_run_does_not_keep_the_others_from_being_followed():
    reason = StatusReason(code="no-drafts", message="nothing can be drawn")
    with pytest.raises(RunFailedError, match="nothing can be drawn"):
        await follow(
            [
                run("srun_1", JobStatus.FAILED, status_reason=reason),
                run("srun_2", JobStatus.SUCCEEDED),
            ]
        )
