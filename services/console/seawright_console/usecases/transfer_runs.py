"""Bring tau2-bench's recorded runs in and ours out, and grade recorded runs again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from seawright_console.core.results import Document, Results, batches, task_ids, used_tasks
from seawright_console.usecases.transfer_tasks import TransferTasks
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.contracts.exchange import (
    GradingRequest,
    RunExportRequest,
    RunImportRequest,
)
from seawright_shared.contracts.orchestrator import Episode
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.gradings import Tau2Grading
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory

BATCH = 50
"""Runs of one request: a long one has half a megabyte."""
PAGE = 100
Now = Callable[[], datetime]
Done = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRuns:
    """A results file as records."""

    tasks: list[Task]
    trajectories: list[Trajectory]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRuns:
    """Works through the environment, a batch of runs at a time."""

    exchange: ExchangeClient
    tasks: TransferTasks

    async def read(self, results: Results, domain: str) -> ImportedRuns:
        """Return a results file's tasks and runs as records."""
        tasks = await self.tasks.read(domain, list(results.tasks)) if results.tasks else []
        ids = task_ids(results.tasks, [task.id for task in tasks])
        found: list[Trajectory] = []
        for batch in batches(results.simulations, BATCH):
            request = RunImportRequest(
                simulations=list(batch), task_ids=ids, agent=results.agent, user=results.user
            )
            found += (await self.exchange.import_runs(request)).trajectories
        return ImportedRuns(tasks=tasks, trajectories=found)

    async def written(
        self, tasks: Sequence[Task], trajectories: Sequence[Trajectory], header: Document
    ) -> Results:
        """Return records as a results file; imported ones come out as they were read."""
        documents = (await self.tasks.written(tasks)).documents
        ids = {task.id: str(each["id"]) for task, each in zip(tasks, documents, strict=True)}
        runs: list[Document] = []
        for batch in batches(trajectories, BATCH):
            request = RunExportRequest(trajectories=list(batch), task_ids=ids)
            runs += (await self.exchange.export_runs(request)).simulations
        return Results(header=header, tasks=documents, simulations=runs)

    async def of_evaluation(self, run_id: str, now: Now) -> Results:
        """Return an evaluation run's episodes as a results file."""
        episodes = await self._episodes(run_id)
        if not episodes:
            raise InvalidRequestError(f"{run_id} has no finished episodes")
        wanted = dict.fromkeys(episode.task_id for episode in episodes)
        tasks = [await self.tasks.orchestrator.task(task_id) for task_id in wanted]
        trajectories = [each.trajectory for each in episodes if each.trajectory is not None]
        seen: dict[str, int] = {}
        written = await self.written(tasks, trajectories, {})
        runs: list[Document] = []
        for episode, run in zip(episodes, written.simulations, strict=True):
            trial = seen[episode.task_id] = seen.get(episode.task_id, -1) + 1
            reward = episode.verdict.reward if episode.verdict else None
            info: Document | None = None if reward is None else {"reward": reward}
            runs.append({**run, "trial": trial, "reward_info": info})
        header = _header(tasks, trajectories, num_trials=max(seen.values()) + 1, now=now)
        return Results(header=header, tasks=written.tasks, simulations=runs)

    async def graded(
        self,
        results: Results,
        domain: str,
        *,
        replay: Literal["strict", "lenient"],
        is_current: bool,
        done: Done,
    ) -> list[Tau2Grading]:
        """Return every run's grading now, by the file's own definitions or the current ones."""
        gradings: list[Tau2Grading] = []
        for batch in batches(results.simulations, BATCH):
            request = GradingRequest(
                domain=domain,
                simulations=list(batch),
                tasks=None if is_current else used_tasks(results.tasks, batch),
                replay=replay,
                is_solo=results.is_solo,
            )
            gradings += (await self.exchange.grade(request)).gradings
            done(len(gradings))
        return gradings

    async def _episodes(self, run_id: str) -> list[Episode]:
        found: list[Episode] = []
        cursor: str | None = None
        while True:
            page = await self.tasks.orchestrator.episodes(run_id=run_id, cursor=cursor, limit=PAGE)
            found += [each for each in page.data if each.trajectory is not None]
            cursor = page.next_cursor
            if cursor is None:
                return found


def with_gradings(results: Results, gradings: Sequence[Tau2Grading]) -> Results:
    """Return the file with its rewards replaced; a run that could not be graded has none."""
    runs: list[Document] = [
        {**run, "reward_info": grading.reward_info}
        for run, grading in zip(results.simulations, gradings, strict=True)
    ]
    return Results(header=results.header, tasks=results.tasks, simulations=runs)


def _header(
    tasks: Sequence[Task], trajectories: Sequence[Trajectory], *, num_trials: int, now: Now
) -> Document:
    """Return the header that tau2-bench demands of a results file."""
    agent, user = trajectories[0].agent, trajectories[0].user
    most = max(len(trajectory.messages) for trajectory in trajectories)
    return {
        "timestamp": now().isoformat(),
        "info": {
            "git_commit": "",
            "num_trials": num_trials,
            "max_steps": most,
            "max_errors": most,
            "user_info": {"implementation": user.kind, "llm": user.model},
            "agent_info": {"implementation": agent.kind, "llm": agent.model},
            "environment_info": {"domain_name": tasks[0].domain, "policy": ""},
        },
        "tasks": None,
        "simulations": None,
    }
