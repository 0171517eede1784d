"""Typed client of the orchestrator: one method per route."""

from typing import Literal

from seawright_shared.clients.paging import Params, paged
from seawright_shared.clients.paths import segment
from seawright_shared.clients.rollout_streams import RolloutStreamCalls
from seawright_shared.contracts.jobs import DeadLetter
from seawright_shared.contracts.orchestrator import (
    Episode,
    EpisodeRequest,
    EvaluationRun,
    PlanDiff,
    PlanVersion,
    RejectedDraft,
    StreamState,
    SynthesisReport,
    SynthesisRun,
    TaskSample,
    TaskSampleRequest,
)
from seawright_shared.contracts.pages import Page
from seawright_shared.contracts.reverifications import (
    Reverification,
    ReverificationPage,
    ReverificationRequest,
)
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.ids import new_id
from seawright_shared.records.jobs import RunEvent
from seawright_shared.records.specs import (
    DatasetSpec,
    EvaluationSpec,
    SynthesisSpec,
)
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory

Verb = Literal["cancel", "pause", "resume"]

SLOW_SECONDS = 900.0
"""Sampling searches over drafts until it has enough; a dataset version is measured whole."""

RESOURCES = {"srun": "synthesis-runs", "erun": "evaluation-runs", "rstr": "rollout-streams"}
"""Prefix of a run's id, and the resource it belongs to."""


def _synthesis(run_id: str) -> str:
    return f"/v1/synthesis-runs/{segment(run_id)}"


def _stream(run_id: str, stream_id: str) -> str:
    return f"{_synthesis(run_id)}/streams/{segment(stream_id)}"


class OrchestratorClient(RolloutStreamCalls):
    """Runs, tasks, episodes, datasets, evaluations and rollout streams."""

    async def start_synthesis(
        self, spec: SynthesisSpec, *, idempotency_key: str | None = None
    ) -> SynthesisRun:
        """Start a synthesis run. A repeated key returns the first run."""
        key = idempotency_key or new_id("key")
        return await self.peer.post("/v1/synthesis-runs", spec, SynthesisRun, idempotency_key=key)

    async def synthesis_runs(
        self, *, cursor: str | None = None, limit: int = 50
    ) -> Page[SynthesisRun]:
        """Return a page of runs, newest first."""
        return await self.peer.get(
            "/v1/synthesis-runs", Page[SynthesisRun], params=paged(cursor, limit)
        )

    async def synthesis_run(self, run_id: str) -> SynthesisRun:
        """Return one run."""
        return await self.peer.get(_synthesis(run_id), SynthesisRun)

    async def synthesis_verb(self, run_id: str, verb: Verb) -> SynthesisRun:
        """Cancel, pause or resume a run."""
        return await self.peer.post(f"{_synthesis(run_id)}/{verb}", None, SynthesisRun)

    async def streams(self, run_id: str) -> list[StreamState]:
        """Return the run's plan streams, by index."""
        page = await self.peer.get(f"{_synthesis(run_id)}/streams", Page[StreamState])
        return page.data

    async def plan_versions(self, run_id: str, stream_id: str) -> list[PlanVersion]:
        """Return all versions of a stream's plan pair, first one first."""
        path = f"{_stream(run_id, stream_id)}/plans"
        return (await self.peer.get(path, Page[PlanVersion])).data

    async def plan_version(self, run_id: str, stream_id: str, version: int) -> PlanVersion:
        """Return one version of a stream's plan pair."""
        path = f"{_stream(run_id, stream_id)}/plans/{version}"
        return await self.peer.get(path, PlanVersion)

    async def plan_diff(self, run_id: str, stream_id: str, first: int, last: int) -> PlanDiff:
        """Return what differs between two versions of a stream's plan pair."""
        path = f"{_stream(run_id, stream_id)}/plan-diffs"
        return await self.peer.get(path, PlanDiff, params={"first": first, "last": last})

    async def synthesis_report(self, run_id: str) -> SynthesisReport:
        """Return the funnel of every iteration, over all streams."""
        return await self.peer.get(f"{_synthesis(run_id)}/report", SynthesisReport)

    async def rejects(
        self, run_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> Page[RejectedDraft]:
        """Return a page of the drafts that were not accepted, with their reasons."""
        path = f"{_synthesis(run_id)}/rejects"
        return await self.peer.get(path, Page[RejectedDraft], params=paged(cursor, limit))

    async def tasks(
        self,
        *,
        run_id: str | None = None,
        is_heldout: bool | None = None,
        goal_type: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Task]:
        """Return a page of tasks."""
        params: Params = {
            **paged(cursor, limit),
            "run_id": run_id,
            "is_heldout": is_heldout,
            "goal_type": goal_type,
        }
        return await self.peer.get("/v1/tasks", Page[Task], params=params)

    async def task(self, task_id: str) -> Task:
        """Return one task."""
        return await self.peer.get(f"/v1/tasks/{segment(task_id)}", Task)

    async def put_task(self, task: Task) -> Task:
        """Store a task of one's own (as an imported tau2 task); the id is its content hash."""
        return await self.peer.put(f"/v1/tasks/{segment(task.id)}", task, Task)

    async def sample_tasks(
        self, request: TaskSampleRequest, *, idempotency_key: str | None = None
    ) -> TaskSample:
        """Return verified tasks from a run's frozen plans; held-out ones are marked so."""
        key, seconds = idempotency_key or new_id("key"), SLOW_SECONDS
        return await self.peer.post(
            "/v1/task-samples", request, TaskSample, idempotency_key=key, timeout_seconds=seconds
        )

    async def create_dataset(
        self, spec: DatasetSpec, *, idempotency_key: str | None = None
    ) -> DatasetVersion:
        """Return the dataset version that the spec yields; the same content has the same id."""
        key, seconds = idempotency_key or new_id("key"), SLOW_SECONDS
        return await self.peer.post(
            "/v1/datasets", spec, DatasetVersion, idempotency_key=key, timeout_seconds=seconds
        )

    async def datasets(self, *, cursor: str | None = None, limit: int = 50) -> Page[DatasetVersion]:
        """Return a page of dataset versions, newest first."""
        return await self.peer.get(
            "/v1/datasets", Page[DatasetVersion], params=paged(cursor, limit)
        )

    async def dataset(self, dataset_id: str) -> DatasetVersion:
        """Return one dataset version's manifest."""
        return await self.peer.get(f"/v1/datasets/{segment(dataset_id)}", DatasetVersion)

    async def dataset_dialogues(
        self, dataset_id: str, *, cursor: str | None = None, limit: int = 200
    ) -> Page[Dialogue]:
        """Return a page of the dialogues of an SFT dataset."""
        path = f"/v1/datasets/{segment(dataset_id)}/items"
        return await self.peer.get(path, Page[Dialogue], params=paged(cursor, limit))

    async def dataset_tasks(
        self, dataset_id: str, *, cursor: str | None = None, limit: int = 200
    ) -> Page[Task]:
        """Return a page of the tasks of an `rl_tasks` dataset."""
        path = f"/v1/datasets/{segment(dataset_id)}/items"
        return await self.peer.get(path, Page[Task], params=paged(cursor, limit))

    async def play_episode(self, episode_id: str, request: EpisodeRequest) -> Episode:
        """Ask for one episode of a stored task. Idempotent by id."""
        return await self.peer.put(f"/v1/episodes/{segment(episode_id)}", request, Episode)

    async def episode(self, episode_id: str) -> Episode:
        """Return one episode."""
        return await self.peer.get(f"/v1/episodes/{segment(episode_id)}", Episode)

    async def reverify(self, episode_id: str) -> Reverification:
        """Judge a stored episode again; what is stored does not change."""
        path = f"/v1/episodes/{segment(episode_id)}/reverify"
        return await self.peer.post(path, None, Reverification, idempotency_key=episode_id)

    async def reverify_page(
        self, wanted: ReverificationRequest, *, cursor: str | None = None, limit: int = 50
    ) -> ReverificationPage:
        """Judge a page of stored episodes again."""
        return await self.peer.post(
            "/v1/reverifications",
            wanted,
            ReverificationPage,
            idempotency_key=new_id("reverify"),
            params=paged(cursor, limit),
        )

    async def episodes(
        self,
        *,
        run_id: str | None = None,
        task_id: str | None = None,
        is_success: bool | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Episode]:
        """Return a page of episodes with trajectory and verdict, in the order they were stored."""
        params: Params = {
            **paged(cursor, limit),
            "run_id": run_id,
            "task_id": task_id,
            "is_success": is_success,
        }
        return await self.peer.get("/v1/episodes", Page[Episode], params=params)

    async def trajectory(self, trajectory_id: str) -> Trajectory:
        """Return one recorded episode."""
        return await self.peer.get(f"/v1/trajectories/{segment(trajectory_id)}", Trajectory)

    async def trace(self, trajectory_id: str) -> bytes:
        """Return the encoded token trace of a trajectory that a model sampled."""
        return await self.peer.get_bytes(f"/v1/trajectories/{segment(trajectory_id)}/trace")

    async def start_evaluation(
        self, spec: EvaluationSpec, *, idempotency_key: str | None = None
    ) -> EvaluationRun:
        """Start an evaluation run. A repeated key returns the first run."""
        key = idempotency_key or new_id("key")
        return await self.peer.post("/v1/evaluation-runs", spec, EvaluationRun, idempotency_key=key)

    async def evaluation_runs(
        self, *, cursor: str | None = None, limit: int = 50
    ) -> Page[EvaluationRun]:
        """Return a page of runs, newest first."""
        return await self.peer.get(
            "/v1/evaluation-runs", Page[EvaluationRun], params=paged(cursor, limit)
        )

    async def evaluation_run(self, run_id: str) -> EvaluationRun:
        """Return one run, with its report when it is done."""
        return await self.peer.get(f"/v1/evaluation-runs/{segment(run_id)}", EvaluationRun)

    async def evaluation_verb(self, run_id: str, verb: Verb) -> EvaluationRun:
        """Cancel, pause or resume a run."""
        return await self.peer.post(
            f"/v1/evaluation-runs/{segment(run_id)}/{verb}", None, EvaluationRun
        )

    async def dead_letters(
        self, *, is_open: bool | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[DeadLetter]:
        """Return a page of jobs that were given up, newest first."""
        params: Params = {**paged(cursor, limit), "is_open": is_open}
        return await self.peer.get("/v1/dead-letters", Page[DeadLetter], params=params)

    async def requeue_dead_letter(self, letter_id: int) -> DeadLetter:
        """Give a dead job all its attempts again; its run goes on."""
        return await self.peer.post(f"/v1/dead-letters/{letter_id}/requeue", None, DeadLetter)

    async def events(self, run_id: str, after: int = 0, *, limit: int = 200) -> Page[RunEvent]:
        """Return a run's events with a sequence above `after`, oldest first."""
        resource = RESOURCES[run_id.partition("_")[0]]
        params: Params = {"after": after, "limit": limit}
        return await self.peer.get(
            f"/v1/{resource}/{segment(run_id)}/events", Page[RunEvent], params=params
        )
