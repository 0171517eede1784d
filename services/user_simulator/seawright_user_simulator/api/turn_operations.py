"""The short way to a scripted user, for peers in the same process."""

import re
from collections.abc import Sequence

from pydantic import BaseModel

from seawright_shared.clients.operations import Operation
from seawright_shared.contracts.user_simulator import UserTurn, UserTurnRequest
from seawright_user_simulator.api.user_turns import answered
from seawright_user_simulator.usecases.play_turn import PlayTurn


def turn_operations(play_turn: PlayTurn) -> list[Operation]:
    """Return the operations. A model takes its time and may fail: it is asked by the route."""

    async def play(_: Sequence[str], body: BaseModel | None) -> UserTurn | None:
        if not isinstance(body, UserTurnRequest) or body.user.kind != "scripted":
            return None
        return await answered(play_turn, body)

    return [Operation(method="POST", path=re.compile("/v1/user-turns"), answer=play)]
