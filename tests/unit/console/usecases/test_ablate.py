import json
from dataclasses import dataclass, field

import httpx

from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.core.ablation import Cell, Options
from seawright_console.usecases.ablate import Ablate
from seawright_console.usecases.follow_runs import FollowRuns
from seawright_shared.contracts.orchestrator import TaskSample
from seawright_shared.contracts.pages import Page
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import SynthesisSpec
from tests.unit.console import made_up
from tests.unit.console.usecases.test_follow_runs import Paper

REPORT = made_up.synthesis()
OPTIONS = Options(num_seeds=2, num_heldout=10)
ARMS = ["full", "no evolution"]


@dataclass
class Kept:
    """Cells in memory."""

    cells: dict[str, Cell] = field(default_factory=dict)

    def load(self, key: str) -> Cell | None:
        return self.cells.get(key)

    def save(self, key: str, cell: Cell) -> None:
        self.cells[key] = cell


@dataclass
class Orchestrator:
    """Every run it is asked for has succeeded; samples are better of later plans."""

    started: list[SynthesisSpec] = field(default_factory=list)
    samples: list[dict[str, object]] = field(default_factory=list)

    def reply(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/orchestrator/v1/")
        if path == "task-samples":
            return httpx.Response(200, content=self._sample(json.loads(request.content)))
        if path == "tasks":
            return httpx.Response(200, json={"data": []})
        if path == "synthesis-runs" and request.method == "POST":
            self.started.append(SynthesisSpec.model_validate_json(request.content))
            return httpx.Response(202, content=self._run(len(self.started)))
        if path == "synthesis-runs":
            return httpx.Response(200, content=Page(data=[]).model_dump_json())
        if path.endswith("/streams"):
            streams = [stream.model_dump(mode="json") for stream in REPORT.streams]
            return httpx.Response(200, json={"data": streams})
        return httpx.Response(200, content=self._run(int(path.split("_")[1])))

    def _run(self, number: int) -> str:
        changes = {
            "id": f"srun_{number}",
            "status": JobStatus.SUCCEEDED,
            "spec": self.started[number - 1],
        }
        return REPORT.run.model_copy(update=changes).model_dump_json()

    def _sample(self, asked: dict[str, object]) -> str:
        self.samples.append(asked)
        good = 8 if asked["plan_version"] == "last" else 2
        return TaskSample(
            task_ids=[],
            num_candidates=10,
            num_accepted=good,
            accepted=[at < good for at in range(10)],
            customers=[f"c{at}" for at in range(10)],
            num_wrong=3 if asked["judged_by"] == "own" else None,
        ).model_dump_json()


async def ablated(orchestrator: Orchestrator, kept: Kept) -> list[Cell]:
    async def no_pause(_: float) -> None: ...

    paper = Paper()
    at = opened(addresses_below("http://x"), transport=httpx.MockTransport(orchestrator.reply))
    follow = FollowRuns(deployment=at, screen=paper, pause=no_pause)
    work = Ablate(deployment=at, follow=follow, cells=kept, screen=paper, clock=lambda: 0.0)
    return await work(REPORT.run.spec, OPTIONS, ARMS)


async def test_every_arm_is_run_with_every_seed_and_judged_on_the_same_drafts():
    orchestrator = Orchestrator()
    cells = await ablated(orchestrator, Kept())
    assert [(cell.arm, cell.seed) for cell in cells] == [
        (arm, REPORT.run.spec.seed + at) for at in range(2) for arm in ARMS
    ]
    assert sum(cells[0].last_accepted) == 8
    assert sum(cells[0].first_accepted) == 2
    assert cells[1].last_accepted == cells[1].first_accepted
    assert {(cell.num_wrong, cell.num_let_through) for cell in cells} == {(3, 8)}
    seeds = {(asked["seed"], asked["num"]) for asked in orchestrator.samples}
    assert len(seeds) == 2


async def test_a_cell_that_was_saved_is_not_run_again():
    orchestrator, kept = Orchestrator(), Kept()
    first = await ablated(orchestrator, kept)
    del kept.cells[next(iter(kept.cells))]
    num_started = len(orchestrator.started)
    second = await ablated(orchestrator, kept)
    assert len(orchestrator.started) == num_started + 1
    assert [(cell.arm, cell.seed) for cell in second] == [(cell.arm, cell.seed) for cell in first]
