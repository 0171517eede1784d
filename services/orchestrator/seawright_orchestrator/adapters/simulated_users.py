"""The simulated user of an episode, asked of the user simulator service."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.ports import SpokenTurn
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.contracts.user_simulator import UserTurnRequest
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario
from seawright_shared.records.trajectories import UserSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedUsers:
    """One call per turn; nothing is kept between them."""

    client: UserSimulatorClient

    async def turn(
        self, scenario: Scenario, seen: Sequence[Message], spec: UserSpec, seed: int
    ) -> SpokenTurn:
        """Return the user's next turn."""
        turn = await self.client.play_turn(
            UserTurnRequest(scenario=scenario, messages=list(seen), user=spec, seed=seed)
        )
        return SpokenTurn(
            message=turn.message,
            stop=turn.stop,
            slip=turn.slip,
            refusals=turn.resample_reasons,
            fault=turn.fault,
        )
