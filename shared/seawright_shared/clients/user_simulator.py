"""The typed client of the user simulator service."""

from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.user_simulator import UserTurn, UserTurnRequest
from seawright_shared.records.base import content_hash


class UserSimulatorClient:
    """One method per route of the user simulator."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def play_turn(self, request: UserTurnRequest) -> UserTurn:
        """Return the user's next message. Retried freely: a turn leaves nothing behind."""
        return await self._peer.post(
            "/v1/user-turns", request, UserTurn, idempotency_key=content_hash(request)
        )
