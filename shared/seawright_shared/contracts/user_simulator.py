"""The user simulator's wire."""

from typing import Literal

from seawright_shared.records.base import Record, Request
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario
from seawright_shared.records.trajectories import UserSpec


class UserTurnRequest(Request):
    """POST /v1/user-turns. A user reply is a function of scenario, transcript and seed."""

    scenario: Scenario
    messages: list[Message]
    """What the user can see: assistant texts, his own messages, his own tool calls and results."""
    user: UserSpec = UserSpec()
    seed: int = 0


class UserTurn(Record):
    """The user's next message. A stop word in it ends the episode."""

    message: Message
    stop: Literal["stop", "transfer", "out_of_scope"] | None = None
    slip: str | None = None
    """Scripted user only: the deliberate error in this turn, as in `stopped_early`."""
    num_resamples: int = 0
    """Model only: replies that could not stand and were asked for anew."""
    resample_reasons: list[str] = []
    """Why each of them could not, as in `looping`, `speaks_as_agent`, `early_stop`."""
    fault: str | None = None
    """The reason why this reply cannot stand either: the user's fault, never the agent's."""
