"""What the use cases need of the world, as Protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from seawright_shared.contracts.policy import PublishRequest, RenderingRequest, ServedModel
from seawright_shared.contracts.trainer import StepReport, TrainingRun
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.rollouts import Checkpoint, PolicyVersion, RolloutGroup
from seawright_shared.records.specs import RolloutStreamSpec
from seawright_shared.stores.traces import TokenTrace
from seawright_trainer.core.attempts import AttemptConfig, Outcome
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.filtering import Judgement
from seawright_trainer.core.training_runs import RunState


class Runs(Protocol):
    """The runs' rows. Every method is one transaction."""

    async def load(self, run_id: str) -> RunState:
        """Return the run, or raise `NotFoundError`."""
        ...

    async def begin_attempt(self, run_id: str, attempt: int, *, step: int, version: int) -> None:
        """The attempt resumed after `step`: later steps are rolled back, their episodes stay."""
        ...

    async def count_failure(self, run_id: str, attempt: int, message: str) -> int:
        """Record that the attempt failed; return how many did."""
        ...

    async def note(self, run_id: str, event: str, payload: Mapping[str, JsonValue]) -> None:
        """Append an event for people to see."""
        ...

    async def remember_stream(self, run_id: str, stream_id: str) -> None:
        """Keep the rollout stream that was opened."""
        ...

    async def remember_rendering(
        self, run_id: str, reference: str, counts: Mapping[str, int]
    ) -> None:
        """Keep the blob of the rendered dataset, and what was dropped of it."""
        ...

    async def settle_checkpoint_wish(self, run_id: str) -> None:
        """The wish for a checkpoint is met."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBatch:
    """A batch that was handed to an attempt for one step."""

    reference: str
    episode_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStep:
    """A recorded step. `publication` is what is still to be served, or was."""

    step: int
    attempt: int
    version: int
    publication: PolicyVersion | None
    is_served: bool


class Steps(Protocol):
    """The ledger: an episode enters at most one step (promise 2)."""

    async def handed_batch(self, run_id: str, attempt: int, step: int) -> StoredBatch | None:
        """Return the batch of this step, if it was handed out."""
        ...

    async def hand_batch(
        self,
        run_id: str,
        attempt: int,
        step: int,
        batch: StoredBatch,
        *,
        group_ids: Sequence[str],
    ) -> None:
        """Store the batch and take its groups, or raise `ConflictError`."""
        ...

    async def record(self, run_id: str, attempt: int, report: StepReport) -> StoredStep:
        """Record the step, its episodes, checkpoint and version to come; idempotent."""
        ...

    async def checkpoints(self, run_id: str) -> list[Checkpoint]:
        """Return the reported checkpoints of surviving steps that are kept, newest first."""
        ...

    async def promote(self, checkpoint: Checkpoint, version: PolicyVersion) -> None:
        """Remember as what the checkpoint was served, or raise `ConflictError` where it is gone."""
        ...


class Versions(Protocol):
    """Policy versions: numbers of a model only rise."""

    async def mark_served(self, run_id: str, version: PolicyVersion) -> None:
        """The version is served: it is the run's version now."""
        ...

    async def adopt_version(self, run_id: str, version: PolicyVersion) -> None:
        """Know a version that was served before, as the base of the next number."""
        ...

    async def allocate_version(self, run_id: str, wanted: PolicyVersion) -> PolicyVersion:
        """Give the weights the model's next number; the same weights keep theirs."""
        ...

    async def checkpoint_weights(self, run_id: str, step: int) -> PolicyVersion | None:
        """Return the export made with the checkpoint of `step`."""
        ...

    async def of_step(self, run_id: str, step: int) -> PolicyVersion | None:
        """Return the version that the run made of its weights after `step`."""
        ...

    async def current(self, run_id: str) -> PolicyVersion | None:
        """Return the version that the run has served last."""
        ...


class Groups(Protocol):
    """Rollout groups received and not trained on yet."""

    async def add(
        self, run_id: str, groups: Sequence[tuple[RolloutGroup, Judgement]], *, num_flat: int
    ) -> None:
        """Store groups with their judgement and move the cursor; known ones change nothing."""
        ...

    async def ready(self, run_id: str) -> list[RolloutGroup]:
        """Return groups that may be trained on, in order of arrival."""
        ...

    async def arrived(self, run_id: str, upto: int) -> list[RolloutGroup]:
        """Return all groups, whatever became of them, that arrived since those of the last step.

        `upto` is the last sequence that counts.
        """
        ...

    async def drop(self, run_id: str, group_id: str, judgement: Judgement) -> None:
        """Drop a group that waited too long."""
        ...

    async def num_settled(self, run_id: str) -> int:
        """Return how many groups were used or dropped: each frees one credit."""
        ...


class Heartbeats(Protocol):
    """When each rank was last heard."""

    async def beat(self, run_id: str, attempt: int, *, rank: int, phase: str, step: int) -> bool:
        """Record it; return whether the attempt still holds the run."""
        ...

    async def silent_ranks(
        self, run_id: str, attempt: int, *, num_ranks: int, seconds: float
    ) -> list[str]:
        """Return, in words, the ranks not heard for so long."""
        ...


class Batches(Protocol):
    """Batches and traces in the blob store."""

    async def put(self, batch: StepBatch) -> str:
        """Store a batch and return its reference."""
        ...

    async def get(self, reference: str) -> StepBatch:
        """Return a stored batch."""
        ...

    async def trace(self, reference: str) -> TokenTrace:
        """Return a rollout's token trace."""
        ...


class Policy(Protocol):
    """The policy service."""

    async def served(self, name: str) -> ServedModel | None:
        """Return the model, or None where it is not served."""
        ...

    async def publish(self, name: str, version: int, request: PublishRequest) -> ServedModel:
        """One phase of a publication."""
        ...

    async def renderings(self, request: RenderingRequest) -> list[TokenTrace]:
        """Return dialogues as tokens."""
        ...


class Rollouts(Protocol):
    """The orchestrator's side of a training run."""

    async def open_stream(self, spec: RolloutStreamSpec, *, key: str) -> str:
        """Open a stream and return its id; the same key opens the same one."""
        ...

    async def grant(self, stream_id: str, granted: int) -> None:
        """Allow so many groups in all."""
        ...

    async def groups(
        self, stream_id: str, *, after: int, wait_seconds: float
    ) -> list[RolloutGroup]:
        """Return groups above a sequence, waiting for the first."""
        ...

    async def close_stream(self, stream_id: str) -> None:
        """Play no more."""
        ...

    async def dialogues(self, dataset_id: str) -> list[Dialogue]:
        """Return all items of an SFT dataset, in order."""
        ...

    async def dataset(self, dataset_id: str) -> DatasetVersion:
        """Return a dataset's manifest, or raise `NotFoundError`."""
        ...


class Attempt(Protocol):
    """The running processes of one attempt."""

    async def wait(self) -> Outcome:
        """Return why they ended."""
        ...

    async def stop(self) -> None:
        """End them, however they feel about it; returns when they are gone."""
        ...


class Launcher(Protocol):
    """Starts the ranks of an attempt."""

    async def launch(self, config: AttemptConfig) -> Attempt:
        """Start them and return at once."""
        ...


class Lease(Protocol):
    """This process's hold on the run; each way out is one transaction."""

    async def start_attempt(self, run_id: str) -> RunState:
        """Count one more attempt and fence all earlier ones off."""
        ...

    async def succeed(self, run_id: str) -> None:
        """The run is done."""
        ...

    async def pause(self, run_id: str) -> None:
        """The run is set aside until somebody resumes it."""
        ...

    async def fail(self, run_id: str, *, code: str, message: str) -> None:
        """The run failed for good."""
        ...


class RunDesk(Protocol):
    """What people may ask of a run. Every method is one transaction."""

    async def load(self, run_id: str) -> RunState:
        """Return the run, or raise `NotFoundError`."""
        ...

    async def cancel(self, run_id: str) -> TrainingRun:
        """End the run for good."""
        ...

    async def pause(self, run_id: str) -> TrainingRun:
        """Set the run aside after a checkpoint."""
        ...

    async def resume(self, run_id: str) -> TrainingRun:
        """Continue a paused or failed run."""
        ...

    async def want_checkpoint(self, run_id: str) -> TrainingRun:
        """Ask for a checkpoint after the step the run is in."""
        ...
