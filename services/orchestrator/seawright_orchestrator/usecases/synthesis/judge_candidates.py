"""Let a judge read candidates that passed every computed check: it can refuse, never save."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seawright_orchestrator.core.synthesis.cascade import CheckedCandidate
from seawright_orchestrator.core.synthesis.ports import TaskJudge


@dataclass(frozen=True, slots=True)
class JudgeCandidates:
    """The last check of a task before it is rolled out; none without a judge."""

    judge: TaskJudge | None

    async def __call__(self, checked: Sequence[CheckedCandidate]) -> list[CheckedCandidate]:
        """Return the candidates in order, some of them refused."""
        if self.judge is None:
            return list(checked)
        verdicts = iter(await self.judge.judge([one.task for one in checked if one.task]))
        result: list[CheckedCandidate] = []
        for one in checked:
            if one.task is None:
                result.append(one)
                continue
            verdict = next(verdicts)
            kept = replace(one, verdicts=(*one.verdicts, verdict))
            # A judge's word is no evidence against a goal: no goal is to blame.
            result.append(kept if verdict.ok else one.refused(verdict))
        return result
