"""What a user engine is: from a scenario and a transcript to the user's next message."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario
from seawright_shared.records.trajectories import UserSpec

Stop = Literal["stop", "transfer", "out_of_scope"]

STOP_WORDS: dict[str, Stop] = {
    "###STOP###": "stop",
    "###TRANSFER###": "transfer",
    "###OUT-OF-SCOPE###": "out_of_scope",
}
"""tau2-bench's stop words: each ends the episode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """All that a user reply depends on."""

    scenario: Scenario
    messages: Sequence[Message]
    user: UserSpec
    seed: int
    remark: str = ""
    """What a model is told of its refused reply to the same question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The user's next message; `slip` names a deliberate error in it."""

    message: Message
    stop: Stop | None = None
    slip: str | None = None
    refusals: tuple[str, ...] = ()
    """Why earlier replies to the same question were refused, in order."""
    fault: str | None = None
    """Why this one is refused as well, with no tries left: the turn's fault is the user's."""


class UserEngine(Protocol):
    """Plays the human side, one turn at a time, and keeps nothing between turns."""

    async def reply(self, cue: Cue) -> Reply:
        """Return the user's next message."""
        ...


def stop_in(text: str) -> Stop | None:
    """Return what the first stop word in a text means, if there is one."""
    for word, stop in STOP_WORDS.items():
        if word in text:
            return stop
    return None
