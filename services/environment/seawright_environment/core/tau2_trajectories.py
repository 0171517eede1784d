"""tau2-bench's simulation runs, read as trajectories and written back unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.remainders import Remainder, remainder, restored
from seawright_environment.core.tau2_messages import (
    MessageRemainder,
    import_messages,
    message_remainders,
    restored_messages,
)
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.base import Record, content_id
from seawright_shared.records.messages import Message
from seawright_shared.records.trajectories import (
    AgentSpec,
    StopReason,
    Trajectory,
    Usage,
    UserSpec,
)

STOP_REASONS: Mapping[str, StopReason] = {
    "user_stop": StopReason.USER_STOP,
    "agent_stop": StopReason.AGENT_STOP,
    "max_steps": StopReason.MAX_TURNS,
    "timeout": StopReason.MAX_TURNS,
    "too_many_errors": StopReason.MAX_ERRORS,
    "context_window_exceeded": StopReason.CONTEXT_FULL,
    "agent_error": StopReason.AGENT_ERROR,
    "user_error": StopReason.USER_ERROR,
    "infrastructure_error": StopReason.INFRASTRUCTURE,
    "unexpected_error": StopReason.INFRASTRUCTURE,
}
"""tau2-bench's termination reasons; where two mean one here, the trajectory keeps the word."""
TERMINATION_REASONS: Mapping[StopReason, str] = {
    reason: word for word, reason in reversed(STOP_REASONS.items())
}
"""The first word of each reason."""
_JSON = TypeAdapter(JsonObject)


class Tau2Run(Record):
    """The parts of a simulation run that are read; everything else is kept as it is."""

    id: str
    task_id: str
    termination_reason: str
    duration: float = 0.0
    seed: int | None = None
    messages: list[dict[str, JsonValue]] | None = None


class RunRemainder(Record):
    """What a simulation run says beyond its trajectory; it lies in `Trajectory.tau2`."""

    whole: Remainder
    messages: list[MessageRemainder]


@dataclass(frozen=True, slots=True, kw_only=True)
class Players:
    """Who played the runs of a file, as its `info` says."""

    agent: AgentSpec
    user: UserSpec


UNKNOWN_PLAYERS = Players(agent=AgentSpec(model="unknown"), user=UserSpec(kind="model"))


def read_run(document: Mapping[str, JsonValue], pointer: str = "") -> Tau2Run:
    """Return what is read of a run, or raise `InvalidRequestError` naming the field."""
    if document.get("messages") is None and document.get("ticks") is not None:
        raise _invalid(f"{pointer}/ticks", "full-duplex", "voice runs (ticks) are not read")
    try:
        run = Tau2Run.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        raise _invalid(f"{pointer}/{where}", f"tau2-{first['type']}", first["msg"]) from error
    if run.termination_reason not in STOP_REASONS:
        known = ", ".join(STOP_REASONS)
        detail = f"{run.termination_reason!r} is none of {known}"
        raise _invalid(f"{pointer}/termination_reason", "unknown", detail)
    return run


def import_run(
    document: Mapping[str, JsonValue],
    task_ids: Mapping[str, str] | None = None,
    players: Players = UNKNOWN_PLAYERS,
    pointer: str = "",
) -> Trajectory:
    """Return the trajectory; `export_run` writes the same document again.

    `task_ids` maps tau2-bench's task ids to the ids of imported tasks; others are kept.
    """
    run = read_run(document, pointer)
    found = run.messages or []
    messages = import_messages(found, f"{pointer}/messages")
    trajectory = Trajectory(
        id=content_id("traj", _JSON.validate_python(document)),
        episode_id=run.id,
        task_id=(task_ids or {}).get(run.task_id, run.task_id),
        agent=players.agent,
        user=players.user,
        seed=run.seed or 0,
        messages=messages,
        stop_reason=STOP_REASONS[run.termination_reason],
        usage=_usage(messages, run.duration),
    )
    rest = RunRemainder(
        whole=remainder(document, _told(trajectory, list(found), trajectory.task_id)),
        messages=message_remainders(found),
    )
    return trajectory.model_copy(update={"tau2": rest.model_dump(mode="json")})


def export_run(trajectory: Trajectory, task_ids: Mapping[str, str] | None = None) -> JsonObject:
    """Return the simulation run: as it was read, or, of our own trajectory, one that is valid.

    `task_ids` maps the task ids of our own trajectories to those of the exported documents. Our
    trajectories have no clock times: start and end are empty, the duration is known.
    """
    if trajectory.tau2 is not None:
        rest = _remainder_of(trajectory.tau2)
        documents = restored_messages(trajectory.messages, rest.messages)
        return restored(_told(trajectory, documents, trajectory.task_id), rest.whole)
    task_id = (task_ids or {}).get(trajectory.task_id, trajectory.task_id)
    return {
        **_told(trajectory, restored_messages(trajectory.messages, []), task_id),
        "start_time": "",
        "end_time": "",
        "trial": None,
        "reward_info": None,
    }


def _remainder_of(kept: Mapping[str, JsonValue]) -> RunRemainder:
    try:
        return RunRemainder.model_validate(kept)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        raise _invalid(f"/tau2/{where}", f"tau2-{first['type']}", first["msg"]) from error


def _told(
    trajectory: Trajectory, messages: Sequence[JsonObject], task_id: str
) -> dict[str, JsonValue]:
    return {
        "id": trajectory.episode_id,
        "task_id": task_id,
        "termination_reason": TERMINATION_REASONS[trajectory.stop_reason],
        "duration": trajectory.usage.seconds,
        "seed": trajectory.seed,
        "messages": list(messages),
    }


def _usage(messages: Sequence[Message], seconds: float) -> Usage:
    return Usage(
        num_turns=sum(message.role == "assistant" for message in messages),
        num_tool_calls=sum(len(message.tool_calls or ()) for message in messages),
        num_tool_errors=sum(message.error for message in messages),
        seconds=seconds,
    )


def _invalid(pointer: str, code: str, detail: str) -> InvalidRequestError:
    wrong = FieldError(pointer=pointer, code=code, detail=detail)
    return InvalidRequestError(f"{pointer}: {detail}", errors=[wrong])
