"""Play tasks by policies that do not read them, and count what their checkers let pass."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.baselines import DegeneratePlay, measured, plays_of
from seawright_orchestrator.core.ports import Worlds
from seawright_orchestrator.usecases.reverify_episodes import Judge, JudgeOrder, Unjudged
from seawright_shared.records.datasets import Baseline, DegeneratePolicy
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Verdict

CHUNK = 100
"""Tasks played before they are judged together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayBaselines:
    """No model and no user is asked; the environment answers calls and judges."""

    worlds: Worlds
    judge: Judge
    slots: asyncio.Semaphore

    async def __call__(self, tasks: Sequence[Task]) -> list[Baseline]:
        """Return each policy's share. A task that cannot be judged is not counted."""
        found: dict[DegeneratePolicy, list[Verdict | None]] = {}
        for start in range(0, len(tasks), CHUNK):
            chunk = tasks[start : start + CHUNK]
            plays = [(task, play) for task in chunk for play in plays_of(task)]
            async with asyncio.TaskGroup() as group:
                played = [group.create_task(self._played(task, play)) for task, play in plays]
            orders = [
                JudgeOrder(task=task, messages=done.result(), stop=play.stop)
                for (task, play), done in zip(plays, played, strict=True)
            ]
            for (_, play), verdict in zip(plays, await self.judge.judge(orders), strict=True):
                judged = None if isinstance(verdict, Unjudged) else verdict
                found.setdefault(play.policy, []).append(judged)
        return [measured(policy, tasks, verdicts) for policy, verdicts in found.items()]

    async def _played(self, task: Task, play: DegeneratePlay) -> list[Message]:
        """Return the messages with the answers of the task's own world."""
        if not play.needs_world:
            return play.messages
        async with self.slots:
            world = await self.worlds.open(task)
            messages: list[Message] = []
            for message in play.messages:
                messages.append(message)
                answers = [await world.call(call) for call in message.tool_calls or ()]
                messages += [answer.as_message("assistant") for answer in answers]
            await world.close()
        return messages
