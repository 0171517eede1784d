"""Let a model read tasks that passed every computed check: do words, gold and effect agree?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_orchestrator.core.llm.answers import JudgementAnswer
from seawright_orchestrator.core.llm.chats import Failure
from seawright_orchestrator.core.llm.fences import MAX_JUDGED, fenced
from seawright_orchestrator.core.llm.questions import Prompts, Question
from seawright_orchestrator.core.synthesis.seeds import derive_seed, derive_share
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_shared.records.base import canonical_json
from seawright_shared.records.domains import Domain
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution, Verdict

ROLE = "task_verifier"
STAGE = "judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeTasks:
    """The task verifier: it can refuse a task, never save one. No answer refuses nothing."""

    ask: AskRole
    domain: Domain
    seed: int

    async def judge(self, tasks: Sequence[Task]) -> list[Verdict]:
        """Return one verdict per task, in order."""
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(self._judged(task)) for task in tasks]
        return [one.result() for one in asked]

    async def _judged(self, task: Task) -> Verdict:
        share = derive_share(self.seed, "verified", task.id)
        if ROLE not in self.ask.spec.roles or share >= self.ask.spec.verified_share:
            return Verdict(subject="task", ok=True, stage=STAGE)
        answer = await self.ask(self._question(task))
        if isinstance(answer, Failure):
            return Verdict(subject="task", ok=True, stage=STAGE, rationale=answer.name.value)
        return Verdict(
            subject="task",
            ok=answer.ok,
            stage=STAGE,
            failure_class="" if answer.ok else f"judge:{answer.failure_class or 'misaligned'}",
            rationale=answer.rationale,
            attribution=None if answer.ok else Attribution.TASK,
        )

    def _question(self, task: Task) -> Question[JudgementAnswer]:
        return Question(
            role=ROLE,
            system=Prompts(domain=self.domain).system(ROLE),
            material={
                "task": fenced(canonical_json(task_material(task)).decode(), "the task", MAX_JUDGED)
            },
            form=JudgementAnswer,
            seed=derive_seed(self.seed, "llm", ROLE, task.id),
        )


def task_material(task: Task) -> dict[str, JsonValue]:
    """Return what a verifier is shown of a task."""
    return {
        "scenario": task.scenario.model_dump(mode="json"),
        "outcome": task.outcome,
        "policy_rules": list(task.policy_rules),
        "gold": [action.model_dump(mode="json") for action in task.golden_actions],
        "difference": [change.model_dump(mode="json") for change in task.final_patch],
    }
