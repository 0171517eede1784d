"""Replay: the recorded calls of an episode, run again on a fresh world."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.state import Table
from seawright_environment.core.world import Base, World
from seawright_shared.records.messages import Message, Requestor
from seawright_shared.records.tasks import PatchOp, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One executed call. `turn` is the index of the message that made it."""

    requestor: Requestor
    name: str
    arguments: Mapping[str, JsonValue]
    ok: bool
    turn: int
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What an episode did: the world before and after, every call, every message."""

    world: World
    calls: Sequence[CallRecord]
    messages: Sequence[Message]
    mismatches: Sequence[str] = ()
    """Calls whose recorded answer is not the one given now: the environment changed."""
    changes: Callable[[], list[PatchOp]] | None = None
    """Knows what the episode changed, where that need not be found out anew."""

    @property
    def initial(self) -> Mapping[str, Table]:
        """The state before the first call, read-only."""
        return self.world.initial

    @property
    def final(self) -> Mapping[str, Table]:
        """The state after the last call, read-only."""
        return self.world.view

    @property
    def diff(self) -> list[PatchOp]:
        """What the episode changed."""
        return self.world.diff() if self.changes is None else self.changes()


def open_task(base: Base, task: Task, *, is_solo: bool = False) -> World:
    """Return the world that a task starts from."""
    return World.open(base, task.initial_patch, task.initial_calls, is_solo=is_solo)


def replay(base: Base, task: Task, messages: Sequence[Message], *, is_solo: bool = False) -> Replay:
    """Run the calls of `messages` that were answered, in order, from the task's start."""
    world = open_task(base, task, is_solo=is_solo)
    answers = {m.tool_call_id: m for m in messages if m.role == "tool" and m.tool_call_id}
    calls: list[CallRecord] = []
    mismatches: list[str] = []
    for turn, message in enumerate(messages):
        for call in message.tool_calls or ():
            answer = answers.get(call.id)
            if answer is None:
                continue
            result = world.call(call.requestor, call.name, call.arguments, call.id)
            if result.content != (answer.content or ""):
                mismatches.append(f"turn {turn}: {call.name} answers differently now")
            calls.append(
                CallRecord(
                    requestor=call.requestor,
                    name=call.name,
                    arguments=call.arguments,
                    ok=not result.error,
                    turn=turn,
                    content=result.content,
                )
            )
    return Replay(world=world, calls=calls, messages=messages, mismatches=mismatches)
