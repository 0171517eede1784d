"""A training run as its services see it, and what is decided from it alone."""

from dataclasses import dataclass
from typing import Literal

from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.base import content_hash
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import TrainingSpec
from seawright_trainer.core.early_stop import is_finished

Desired = Literal["run", "pause", "checkpoint"]
"""What people want of a run's ranks; cancelling ends the attempt instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """The row of a run. `attempt` is the fencing token: writes of older ones are refused."""

    shown: TrainingRun
    desired: Desired
    begun_attempt: int
    """The attempt whose first question was answered: steps after it were rolled back."""
    num_failures: int
    """Attempts that failed since the run was started or resumed."""
    stream_id: str | None
    group_cursor: int
    """Sequence of the last rollout group received."""
    num_flat_groups: int
    """Groups without variance received in a row."""
    rendering: str | None
    """SFT: blob of the rendered dataset."""

    @property
    def spec(self) -> TrainingSpec:
        """The run's spec."""
        return self.shown.spec

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to train or to measure."""
        return is_finished(self.spec, self.shown.step, self.shown.evaluations)

    def is_held_by(self, attempt: int) -> bool:
        """Return whether this attempt may still write."""
        return attempt == self.shown.attempt and self.shown.status is JobStatus.RUNNING


def spec_hash(spec: TrainingSpec) -> str:
    """Return what a checkpoint must have been made under to be resumed from.

    How many ranks and threads run it, and how often it is saved or retried, may change.
    """
    free = {
        "num_ranks", "threads_per_rank", "checkpoint_every", "publish_every", "max_attempts",
        "num_steps", "max_user_error", "user_error_override", "recompute_blocks", "num_replicas",
        "expert_parallel", "early_stop", "retention",
    }  # fmt: skip
    return content_hash(spec.model_dump(mode="json", exclude=free))


def refuse_impossible(spec: TrainingSpec) -> None:
    """Raise `InvalidRequestError`, naming the fields, where the spec cannot work."""
    faults: list[FieldError] = []
    if spec.batch.max_length > spec.batch.token_budget:
        faults.append(
            FieldError(
                pointer="/batch/token_budget",
                code="below_max_length",
                detail=f"{spec.batch.token_budget} tokens cannot hold a sequence of "
                f"max_length {spec.batch.max_length}",
            )
        )
    if spec.num_ranks % spec.num_replicas:
        faults.append(
            FieldError(
                pointer="/num_replicas",
                code="no_divisor",
                detail=f"{spec.num_ranks} ranks cannot hold {spec.num_replicas} equal copies",
            )
        )
    elif spec.num_ranks // spec.num_replicas % spec.expert_parallel:
        faults.append(
            FieldError(
                pointer="/expert_parallel",
                code="no_divisor",
                detail=f"{spec.num_ranks // spec.num_replicas} ranks of a copy do not divide into "
                f"groups of {spec.expert_parallel}",
            )
        )
    faults += _grpo_faults(spec) if spec.kind == "grpo" else []
    faults += _misplaced(spec)
    if faults:
        raise InvalidRequestError("the training spec cannot work", errors=faults)


def refuse_too_long(spec: TrainingSpec, context_length: int) -> None:
    """Raise `InvalidRequestError` where sequences may be longer than the model can read."""
    if spec.batch.max_length > context_length:
        longest = spec.batch.max_length
        detail = f"{longest} tokens are more than the {context_length} that the model reads"
        field = FieldError(pointer="/batch/max_length", code="above_context", detail=detail)
        raise InvalidRequestError("the training spec cannot work", errors=[field])


def refuse_undivided(spec: TrainingSpec, num_experts: int) -> None:
    """Raise `InvalidRequestError` where ranks cannot divide a layer's experts evenly; 0: none."""
    if spec.expert_parallel == 1:
        return
    if num_experts == 0:
        raise _wrong_experts("unsupported", "the model has no experts to divide")
    if num_experts % spec.expert_parallel:
        detail = f"{num_experts} experts cannot be divided over {spec.expert_parallel} ranks"
        raise _wrong_experts("no_divisor", detail)


def refuse_across_nodes(spec: TrainingSpec, ranks_per_node: int) -> None:
    """Raise `InvalidRequestError` where ranks that divide experts would be in several nodes."""
    if ranks_per_node % spec.expert_parallel:
        detail = f"{ranks_per_node} ranks of a node do not divide into {spec.expert_parallel}"
        raise _wrong_experts("no_divisor", detail)


def _wrong_experts(code: str, detail: str) -> InvalidRequestError:
    field = FieldError(pointer="/expert_parallel", code=code, detail=detail)
    return InvalidRequestError(detail, errors=[field])


def _misplaced(spec: TrainingSpec) -> list[FieldError]:
    """Return faults of fields that only SFT can honour."""
    faults: list[FieldError] = []
    if spec.kind != "sft":
        faults += [
            FieldError(pointer=f"/{name}", code="unsupported", detail=f"{name} is for SFT alone")
            for name, value in (("early_stop", spec.early_stop), ("mix", spec.mix))
            if value is not None
        ]
    elif spec.early_stop is not None and spec.role != "assistant":
        faults.append(
            FieldError(
                pointer="/early_stop",
                code="unsupported",
                detail="pass^1 measures the assistant: a user is measured by its errors",
            )
        )
    return faults


def _grpo_faults(spec: TrainingSpec) -> list[FieldError]:
    faults: list[FieldError] = []
    if spec.role != "assistant":
        faults.append(
            FieldError(
                pointer="/role", code="unsupported", detail="GRPO trains the assistant alone"
            )
        )
    if spec.agent.kind != "policy":
        faults.append(
            FieldError(
                pointer="/agent/kind",
                code="unsupported",
                detail="GRPO needs rollouts of the policy: a scripted agent has no tokens",
            )
        )
    if spec.agent.sampling.temperature <= 0 or spec.agent.sampling.top_p < 1:
        faults.append(
            FieldError(
                pointer="/agent/sampling",
                code="unsupported",
                detail="GRPO needs temperature above 0 and top_p 1: log-probs are those of "
                "the distribution that was sampled",
            )
        )
    if spec.algorithm.min_valid_members > spec.batch.group_size:
        faults.append(
            FieldError(
                pointer="/algorithm/min_valid_members",
                code="above_group_size",
                detail=f"no group of {spec.batch.group_size} can have as many valid members",
            )
        )
    return faults
