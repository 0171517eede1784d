"""The stores that use cases and routes stand on, as ports."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.core.dataset_items import Item, PlayedTask
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_shared.contracts.orchestrator import (
    Episode,
    EpisodeRequest,
    EvaluationRun,
    RejectedDraft,
    RolloutStream,
    StreamState,
    SynthesisRun,
    TaskSample,
    TaskSampleRequest,
)
from seawright_shared.contracts.pages import Page
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import (
    DatasetSpec,
    EvaluationSpec,
    RolloutStreamSpec,
    SynthesisSpec,
)
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory
from seawright_shared.web.pages import PageParams

RunKind = Literal["synthesis", "evaluation", "user_quality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks are asked for."""

    run_id: str | None = None
    is_heldout: bool | None = None
    goal_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFilter:
    """Which episodes are asked for."""

    run_id: str | None = None
    task_id: str | None = None
    is_success: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectKey:
    """The place of a reject among all."""

    run_id: str
    stream_id: str
    iteration: int
    position: int

    @classmethod
    def of(cls, parts: Sequence[str | int | float]) -> "RejectKey":
        """Return the key that these parts name."""
        run_id, stream_id, iteration, position = parts
        return cls(
            run_id=str(run_id),
            stream_id=str(stream_id),
            iteration=int(iteration),
            position=int(position),
        )

    def parts(self) -> tuple[str, str, int, int]:
        """Return what `of` takes."""
        return self.run_id, self.stream_id, self.iteration, self.position


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedReject:
    """A refused draft and its place."""

    key: RejectKey
    reject: RejectedDraft


class RunVerbs(Protocol):
    """What may be done to a run from outside. Repeating a verb is harmless."""

    async def cancel(self, run_id: str, kind: RunKind) -> None:
        """End it."""
        ...

    async def pause(self, run_id: str, kind: RunKind) -> None:
        """Begin nothing more of it."""
        ...

    async def resume(self, run_id: str, kind: RunKind) -> None:
        """Go on with it."""
        ...


class SynthesisStore(Protocol):
    """Synthesis runs."""

    async def create(
        self,
        connection: AsyncConnection,
        run_id: str,
        spec: SynthesisSpec,
        opened: Sequence[PlanStream],
    ) -> SynthesisRun:
        """Store a run with its streams, and ask for the first iteration of each."""
        ...

    async def get(self, run_id: str) -> SynthesisRun:
        """Return one run."""
        ...

    async def page(self, params: PageParams) -> Page[SynthesisRun]:
        """Return a page of runs, newest first."""
        ...

    async def plan_streams(self, run_id: str) -> list[PlanStream]:
        """Return the memories of all streams of a run, by index."""
        ...

    async def plan_stream(self, run_id: str, stream_id: str) -> PlanStream:
        """Return the memory of one stream of a run."""
        ...

    async def stream_states(self, run_id: str) -> list[StreamState]:
        """Return the streams of a run as people see them."""
        ...

    async def rejects_page(self, run_id: str, params: PageParams) -> Page[RejectedDraft]:
        """Return a page of rejects, by stream, iteration and place."""
        ...


class EvaluationStore(Protocol):
    """Evaluation runs."""

    async def create(
        self,
        connection: AsyncConnection,
        run_id: str,
        spec: EvaluationSpec,
        task_ids: Sequence[str],
    ) -> EvaluationRun:
        """Store a run and ask for each of its tasks to be played."""
        ...

    async def get(self, run_id: str) -> EvaluationRun:
        """Return one run, with its report when it is done."""
        ...

    async def page(self, params: PageParams) -> Page[EvaluationRun]:
        """Return a page of runs, newest first."""
        ...


class RolloutStore(Protocol):
    """Rollout streams and their groups."""

    async def create(
        self, connection: AsyncConnection, stream_id: str, spec: RolloutStreamSpec
    ) -> RolloutStream:
        """Open a stream without credits."""
        ...

    async def get(self, stream_id: str) -> RolloutStream:
        """Return one stream."""
        ...

    async def grant(self, stream_id: str, granted: int) -> RolloutStream:
        """Allow so many groups in all. A lower number than before takes nothing back."""
        ...

    async def close(self, stream_id: str) -> RolloutStream:
        """Play nothing more for a stream; what was finished stays."""
        ...

    async def groups(self, stream_id: str, after: int, limit: int) -> list[RolloutGroup]:
        """Return finished groups with a sequence above `after`, in order."""
        ...


class TaskStore(Protocol):
    """Tasks."""

    async def get(self, task_id: str) -> Task:
        """Return one task."""
        ...

    async def several(self, task_ids: Sequence[str]) -> list[Task]:
        """Return tasks in the order of the ids; a missing one is a fault that names it."""
        ...

    async def put(self, task: Task) -> Task:
        """Store a task that came from outside."""
        ...

    async def of_runs(self, run_ids: Sequence[str]) -> list[Task]:
        """Return the accepted tasks of runs that are not held out, by id."""
        ...

    async def heldout_customers(self) -> set[str]:
        """Return the keys of all customers that any held-out task is about."""
        ...

    async def page(self, wanted: TaskFilter, params: PageParams) -> Page[Task]:
        """Return a page of tasks in the order of their storing."""
        ...


class EpisodeStore(Protocol):
    """Episodes with trajectories and verdicts."""

    async def ask(self, episode_id: str, request: EpisodeRequest) -> Episode:
        """Accept one episode to be played. The same id with another request is refused."""
        ...

    async def get(self, episode_id: str) -> Episode:
        """Return one episode."""
        ...

    async def trajectory(self, trajectory_id: str) -> Trajectory:
        """Return one recorded episode."""
        ...

    def played(self, run_ids: Sequence[str]) -> AsyncIterator[PlayedTask]:
        """Yield the plays of accepted tasks that are not held out, by trajectory."""
        ...

    async def plays(self, trajectory_ids: Sequence[str]) -> list[PlayedTask]:
        """Return recorded plays in the order of the ids; a missing one is a fault."""
        ...

    async def page(self, wanted: EpisodeFilter, params: PageParams) -> Page[Episode]:
        """Return a page of episodes in the order of their storing."""
        ...


class DatasetStore(Protocol):
    """Dataset versions and task samples."""

    async def store(
        self, version: DatasetVersion, spec: DatasetSpec, items: Sequence[Item]
    ) -> None:
        """Add a version with its items; one that is there already is left as it is."""
        ...

    async def get(self, dataset_id: str) -> DatasetVersion:
        """Return a manifest."""
        ...

    async def page(self, params: PageParams) -> Page[DatasetVersion]:
        """Return a page of manifests, newest first."""
        ...

    async def tasks_page(self, dataset_id: str, params: PageParams) -> Page[Task]:
        """Return a page of the tasks of an `rl_tasks` version."""
        ...

    async def dialogues_page(self, dataset_id: str, params: PageParams) -> Page[Dialogue]:
        """Return a page of the dialogues of an SFT version."""
        ...

    async def item_ids(self, dataset_id: str) -> list[str]:
        """Return the ids of all items, in order."""
        ...

    async def rejects_after(
        self, run_ids: Sequence[str], after: RejectKey | None, limit: int
    ) -> list[KeyedReject]:
        """Return up to `limit` rejects of runs behind a place, in order."""
        ...

    async def sample(self, sample_id: str) -> TaskSample | None:
        """Return a sample that was made before."""
        ...

    async def store_sample(self, request: TaskSampleRequest, made: TaskSample) -> None:
        """Keep a sample and its tasks, held out if so asked."""
        ...
