from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.core.run_failure import RunFailedError
from seawright_console.usecases.follow_runs import FollowRuns
from seawright_shared.contracts.orchestrator import SynthesisRun
from seawright_shared.records.jobs import JobStatus, StatusReason
from tests.unit.console import made_up


@dataclass(slots=True)
class Paper:
    """A screen that keeps what it was shown."""

    shown: list[tuple[float, float, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    @contextmanager
    def phase(self, title: str) -> Generator["Paper"]:
        yield self

    def show(self, done: float, total: float, note: str = "") -> None:
        self.shown.append((done, total, note))

    def say(self, text: str) -> None:
        self.said.append(text)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.tables[title] = [list(row) for row in rows]


def run(status: JobStatus, done: int, reason: StatusReason | None = None) -> SynthesisRun:
    changes = {"status": status, "num_iterations_done": done, "status_reason": reason}
    return made_up.synthesis().run.model_copy(update=changes)


async def follow(answers: list[SynthesisRun | int]) -> tuple[SynthesisRun, Paper]:
    left = iter(answers)

    def reply(_: httpx.Request) -> httpx.Response:
        answer = next(left)
        if isinstance(answer, int):
            return httpx.Response(answer, json={"code": "internal", "detail": "restarting"})
        return httpx.Response(200, content=answer.model_dump_json())

    async def no_pause(_: float) -> None: ...

    paper = Paper()
    deployment = opened(addresses_below("http://x"), transport=httpx.MockTransport(reply))
    following = FollowRuns(deployment=deployment, screen=paper, pause=no_pause)
    return await following.synthesis("srun_1"), paper


async def test_a_run_is_followed_until_it_succeeded():
    done, paper = await follow([run(JobStatus.RUNNING, 8), run(JobStatus.SUCCEEDED, 32)])
    assert done.status is JobStatus.SUCCEEDED
    assert paper.shown == [(8, 32, "1234 tasks"), (32, 32, "1234 tasks")]


async def test_a_deployment_that_restarts_is_waited_for():
    done, paper = await follow([500, run(JobStatus.SUCCEEDED, 32)])
    assert done.num_iterations_done == 32
    assert "waiting" in paper.shown[0][2]


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.PAUSED])
async def test_a_run_that_does_not_succeed_raises_with_its_reason(status: JobStatus):
    reason = StatusReason(code="no-drafts", message="nothing to draw from")
    with pytest.raises(RunFailedError, match="nothing to draw from"):
        await follow([run(status, 8, reason)])
