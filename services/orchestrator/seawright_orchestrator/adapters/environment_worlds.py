"""Worlds of episodes: sessions of the environment service, which re-open themselves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from seawright_orchestrator.core.ports import World
from seawright_orchestrator.usecases.reverify_episodes import JudgeOrder, Unjudged
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.contracts.environment import VerificationRequest
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Verdict

BATCH = 100
"""Plays in one request: far below the limit on bodies."""
NUM_VERIFICATIONS = 16
"""Asked for at once: the environment refuses what it has no room for, and a refused one is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentWorlds:
    """Opens sessions and asks for verdicts."""

    client: EnvironmentClient
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(NUM_VERIFICATIONS))

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
        async with self.slots:
            return (await self.client.verify(_request(task, messages, stop_reason))).verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentJudge:
    """Asks for the verdicts of stored plays, a hundred at a time."""

    client: EnvironmentClient

    async def judge(self, orders: Sequence[JudgeOrder]) -> list[Verdict | Unjudged]:
        """Return a verdict for each play, or why there is none."""
        found: list[Verdict | Unjudged] = []
        for start in range(0, len(orders), BATCH):
            chosen = orders[start : start + BATCH]
            requests = [_request(each.task, each.messages, each.stop) for each in chosen]
            for item in (await self.client.verify_batch(requests)).results:
                detail = item.problem.detail if item.problem else "no verdict came"
                found.append(item.verdict or Unjudged(reason=detail))
        return found


def _request(task: Task, messages: Sequence[Message], stop: StopReason) -> VerificationRequest:
    return VerificationRequest(
        task=task,
        messages=list(messages),
        stop_reason=stop,
        scoring="tau2" if task.checker is None and task.tau2 is not None else "checker",
    )
