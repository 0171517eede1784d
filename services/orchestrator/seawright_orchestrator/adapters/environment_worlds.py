"""Worlds of episodes: sessions of the environment service, which re-open themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.ports import World
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.contracts.environment import VerificationRequest
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentWorlds:
    """Opens sessions and asks for verdicts."""

    client: EnvironmentClient

    async def open(self, task: Task) -> World:
        """Return a fresh session in the task's initial state."""
        return await self.client.open_session(
            task.database,
            initial_patch=task.initial_patch,
            initial_calls=task.initial_calls,
        )

    async def verify(
        self, task: Task, messages: Sequence[Message], stop_reason: StopReason
    ) -> Verdict:
        """Replay the calls; a task without a checker of ours is scored as tau2-bench does."""
        request = VerificationRequest(
            task=task,
            messages=list(messages),
            stop_reason=stop_reason,
            scoring="tau2" if task.checker is None and task.tau2 is not None else "checker",
        )
        return (await self.client.verify(request)).verdict
