"""A stage: where many transcripts are played from one start, and nothing is executed twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from seawright_environment.core.replay import CallRecord, Replay
from seawright_environment.core.state import State
from seawright_environment.core.world import World
from seawright_shared.records.messages import Message, Requestor, ToolCall, ToolResult
from seawright_shared.records.tasks import PatchOp


@dataclass(slots=True, kw_only=True)
class Moment:
    """A state that calls led to. It is never changed: another call is made on a fork of it."""

    world: World
    followers: dict[str, "Follower"] = field(default_factory=dict[str, "Follower"])
    known_changes: list[PatchOp] | None = None

    def call(
        self, requestor: Requestor, name: str, arguments: Mapping[str, JsonValue]
    ) -> "Follower":
        """Return what a call answers here and where it leads; executed the first time only.

        The same arguments in another order are another call: a tool might tell them apart.
        """
        key = f"{requestor} {name} {arguments!r}"
        known = self.followers.get(key)
        if known is None:
            known = self.followers[key] = self._executed(requestor, name, arguments)
        return known

    def changes(self) -> list[PatchOp]:
        """Return what differs from the start; computed once, not to be changed."""
        if self.known_changes is None:
            self.known_changes = self.world.diff()
        return self.known_changes

    def _executed(
        self, requestor: Requestor, name: str, arguments: Mapping[str, JsonValue]
    ) -> "Follower":
        world = self.world.fork()
        result = world.call(requestor, name, arguments)
        is_same = _is_same(world.state, self.world.state)
        return Follower(result=result, moment=self if is_same else Moment(world=world))


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """The answer to a call, and the moment after it: the same one where nothing changed."""

    result: ToolResult
    moment: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One start. What has been played on it is kept, so it is to live as long as one draft."""

    opening: Moment

    @staticmethod
    def of(start: World) -> "Stage":
        """Return the stage of a world; a call made on that world later is not seen here."""
        return Stage(opening=Moment(world=start.fork()))

    def play(self, messages: Sequence[Message]) -> Replay:
        """Execute a transcript's calls from the start. The replay's world is only to be read."""
        moment = self.opening
        calls: list[CallRecord] = []
        for turn, message in enumerate(messages):
            for call in message.tool_calls or ():
                follower = moment.call(call.requestor, call.name, call.arguments)
                moment = follower.moment
                calls.append(_record(call, follower.result, turn))
        return Replay(world=moment.world, calls=calls, messages=messages, changes=moment.changes)


def _record(call: ToolCall, result: ToolResult, turn: int) -> CallRecord:
    return CallRecord(
        requestor=call.requestor,
        name=call.name,
        arguments=call.arguments,
        ok=not result.error,
        turn=turn,
        content=result.content,
    )


def _is_same(left: State, right: State) -> bool:
    """Return whether two states hold the very same entities; equal copies count as different."""
    for name, over in left.overlay.items():
        other = right.overlay[name]
        if len(over) != len(other):
            return False
        if any(other.get(key, over) is not entity for key, entity in over.items()):
            return False
    return True
