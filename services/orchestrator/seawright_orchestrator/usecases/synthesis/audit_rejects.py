"""Play some of what a check refused: solved by an independent agent, it was refused wrongly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.cascade import CheckedCandidate
from seawright_orchestrator.core.synthesis.iteration import Audit
from seawright_orchestrator.core.synthesis.ports import TaskChecker
from seawright_orchestrator.core.synthesis.recalibration import LOOSENABLE
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.usecases.synthesis.check_candidates import ENVIRONMENT_CHECKS
from seawright_orchestrator.usecases.synthesis.play_episodes import (
    CLEAN_USER,
    Play,
    PlayEpisodes,
    is_infrastructure,
)
from seawright_shared.contracts.environment import TaskCheckRequest
from seawright_shared.records.plans import EvaluationPlan
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRejects:
    """A function of its arguments. What is played here is counted and never accepted."""

    checker: TaskChecker
    episodes: PlayEpisodes

    async def __call__(
        self,
        checked: Sequence[CheckedCandidate],
        plan: EvaluationPlan,
        agent: AgentSpec,
        seed: int,
    ) -> dict[str, Audit]:
        """Return what was found, by check.

        The scripted agent plays the answer that the task itself holds, which proves nothing of
        whether one can find it: with that agent nothing is audited.
        """
        if agent.kind == "scripted":
            return {}
        found: dict[str, Audit] = {}
        for check in plan.task_checks:
            if check.id not in LOOSENABLE or not check.enabled or check.on_fail == "flag":
                continue
            chosen = _chosen(checked, plan, check.id, seed)
            tasks = await self._tasks(chosen, plan, check.id) if chosen else []
            plays = [
                Play(
                    task=task,
                    agent=agent,
                    user=CLEAN_USER,
                    seed=derive_seed(seed, "audit", task.id),
                )
                for task in tasks
            ]
            played = [one for one in await self.episodes(plays) if not is_infrastructure(one)]
            if played:
                num_passed = sum(one.verdict.ok for one in played)
                found[check.id] = Audit(num=len(played), num_passed=num_passed)
        return found

    async def _tasks(
        self, chosen: Sequence[CheckedCandidate], plan: EvaluationPlan, name: str
    ) -> list[Task]:
        """Return what the candidates are when this one check only flags."""
        checks = [
            check.model_copy(update={"on_fail": "flag"}) if check.id == name else check
            for check in plan.task_checks
            if check.enabled and check.id in ENVIRONMENT_CHECKS
        ]
        drafts = [one.candidate.draft for one in chosen]
        request = TaskCheckRequest(drafts=drafts, checks=checks, min_kill=plan.min_kill)
        results = await self.checker.check(request)
        return [result.task for result in results if result.task is not None]


def _chosen(
    checked: Sequence[CheckedCandidate], plan: EvaluationPlan, name: str, seed: int
) -> list[CheckedCandidate]:
    refused = [one for one in checked if one.task is None and not one.is_undecided]
    mine = [one for one in refused if one.refusal.stage == name]
    mine.sort(key=lambda one: derive_seed(seed, "audited", one.candidate.draft.id))
    return mine[: math.ceil(plan.audit_rate * len(checked))]
