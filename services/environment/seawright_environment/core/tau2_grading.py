"""Grading a recorded run again by tau2-bench's evaluation, strictly or leniently replayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.tau2_documents import Tau2Document, read_document
from seawright_environment.core.tau2_evaluation import evaluate
from seawright_environment.core.tau2_messages import import_messages
from seawright_environment.core.tau2_rewards import reward_info
from seawright_environment.core.tau2_trajectories import STOP_REASONS, read_run
from seawright_environment.core.world import Base
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.gradings import Tau2Grading


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How recorded calls are run again."""

    is_strict: bool = False
    """A call that answers differently now leaves the run without a reward, as in a live run of
    tau2-bench; else it is passed over, as when tau2-bench grades results again."""
    is_solo: bool = False
    """The agent held the user's tools, too."""


UNCOUNTED = frozenset({"infrastructure_error"})
"""Runs that ended so never became an episode; tau2-bench's metrics drop them."""


def grade_run(
    base: Base,
    task: JsonObject | None,
    run: Mapping[str, JsonValue],
    replay: Replay,
    pointer: str = "",
) -> Tau2Grading:
    """Return the grading. What cannot be graded says why: one bad run stops no other.

    Raises `InvalidRequestError` where the run is no run at all.
    """
    read = read_run(run, pointer)
    grading = Tau2Grading(
        run_id=read.id,
        task_id=read.task_id,
        trial=_trial(run),
        termination_reason=read.termination_reason,
        recorded_reward=_recorded(run),
        is_counted=read.termination_reason not in UNCOUNTED,
    )
    if task is None:
        return grading.model_copy(update={"problem": f"no task {read.task_id!r}"})
    try:
        document = read_document(task)
        messages = import_messages(read.messages or [], f"{pointer}/messages")
        stop = STOP_REASONS[read.termination_reason]
        evaluation = evaluate(base, document, messages, stop, is_solo=replay.is_solo)
    except InvalidRequestError as error:
        return grading.model_copy(update={"problem": str(error)})
    mismatches = list(evaluation.mismatches)
    if replay.is_strict and mismatches:
        problem = f"{len(mismatches)} recorded calls answer differently now"
        return grading.model_copy(update={"problem": problem, "mismatches": mismatches})
    found = {
        "reward": evaluation.reward,
        "reward_info": reward_info(evaluation, task),
        "num_unjudged": evaluation.num_unjudged if _is_judged(document) else 0,
        "mismatches": mismatches,
    }
    return grading.model_copy(update=found)


def _is_judged(document: Tau2Document) -> bool:
    criteria = document.evaluation_criteria
    return criteria is not None and "NL_ASSERTION" in criteria.reward_basis


def _trial(run: Mapping[str, JsonValue]) -> int | None:
    trial = run.get("trial")
    return trial if isinstance(trial, int) else None


def _recorded(run: Mapping[str, JsonValue]) -> float | None:
    info = run.get("reward_info")
    reward = cast("Mapping[str, JsonValue]", info).get("reward") if isinstance(info, dict) else None
    return float(reward) if isinstance(reward, int | float) else None
