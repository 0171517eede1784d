"""A probe: one episode of a task with the oracle agent, as its user's turns are judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from seawright_orchestrator.core.dialogue import STOP_WORDS
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Scenario, Task
from seawright_shared.records.trajectories import Trajectory
from seawright_shared.records.user_quality import Column
from seawright_shared.records.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What was played."""

    task: Task
    trajectory: Trajectory
    verdict: Verdict

    @property
    def scenario(self) -> Scenario:
        """Whom the user was to play."""
        return self.task.scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTurn:
    """All that the user did between two texts of the agent's."""

    asked: str
    """The agent's text before it; empty before the greeting."""
    calls: Sequence[tuple[int, ToolCall]] = ()
    """With the index of the message that made it."""
    text: str | None = None
    """What he said, without stop words; None: the episode ended before."""
    index: int
    """Of his text, or of his last message."""
    is_leave: bool = False
    heard: Sequence[str] = field(default_factory=tuple[str, ...])
    """All texts of the agent's so far, and all answers of the user's own tools."""
    said: Sequence[str] = field(default_factory=tuple[str, ...])
    """His own texts so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """One error of the user's."""

    kind: str
    message: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Chances to err, and the errors."""

    column: Column
    num: int
    errors: Sequence[Error] = ()


def user_turns(messages: Sequence[Message]) -> Iterator[UserTurn]:
    """Yield the user's turns in order."""
    asked, heard, said = "", list[str](), list[str]()
    calls: list[tuple[int, ToolCall]] = []
    for index, message in enumerate(messages):
        if message.role == "assistant" and message.content and not message.tool_calls:
            asked = message.content
            heard.append(asked)
        elif message.role == "tool" and message.requestor == "user":
            heard.append(message.content or "")
        elif message.role == "user" and message.tool_calls:
            calls += [(index, call) for call in message.tool_calls]
        elif message.role == "user":
            text = message.content or ""
            yield UserTurn(
                asked=asked,
                calls=tuple(calls),
                text=without_stops(text),
                index=index,
                is_leave=text != without_stops(text),
                heard=tuple(heard),
                said=tuple(said),
            )
            said.append(without_stops(text))
            calls = []
    if calls:
        yield UserTurn(
            asked=asked, calls=tuple(calls), index=calls[-1][0], heard=tuple(heard), said=said
        )


def without_stops(text: str) -> str:
    """Return a text without its stop words."""
    for word in STOP_WORDS:
        text = text.replace(word, "")
    return text
