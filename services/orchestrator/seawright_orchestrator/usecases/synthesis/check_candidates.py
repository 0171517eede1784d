"""Run the evaluation plan's cascade on candidates: environment, hygiene, oracle."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seawright_orchestrator.core.synthesis.attribution import EpisodeEvidence, attribute
from seawright_orchestrator.core.synthesis.cascade import (
    CheckedCandidate,
    decontaminated,
    deduplicated,
    noop_capped,
)
from seawright_orchestrator.core.synthesis.identities import draft_key
from seawright_orchestrator.core.synthesis.ports import KnownWishes, PlayedEpisode, TaskChecker
from seawright_orchestrator.core.synthesis.sampling import Candidate
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.usecases.synthesis.play_episodes import (
    CLEAN_USER,
    ORACLE,
    Play,
    PlayEpisodes,
    is_infrastructure,
)
from seawright_shared.contracts.environment import TaskCheckRequest
from seawright_shared.records.plans import EvaluationPlan
from seawright_shared.records.verdicts import Attribution, Verdict

ENVIRONMENT_CHECKS = frozenset({"schema", "execution", "policy", "effect", "reference", "selftest"})
CHUNK = 100
"""Drafts per request to the environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCandidates:
    """The task side of verification; a function of its arguments."""

    checker: TaskChecker
    episodes: PlayEpisodes
    wishes: KnownWishes
    """What was accepted before: told again, it is a duplicate."""
    forbidden: frozenset[str] = frozenset()
    """Ids that no task may name."""

    async def __call__(
        self,
        candidates: Sequence[Candidate],
        plan: EvaluationPlan,
        seed: int,
    ) -> list[CheckedCandidate]:
        """Return the candidates in order, each with what became of it."""
        enabled = [check.id for check in plan.task_checks if check.enabled]
        checked = await self._by_environment(candidates, plan)
        for name in enabled:
            if name == "duplicate":
                checked = deduplicated(checked, await self._known(checked))
            elif name == "contamination":
                checked = [decontaminated(one, self.forbidden) for one in checked]
        if "oracle" in enabled:
            checked = await self._by_oracle(checked, seed)
            checked = noop_capped(checked, plan.max_noop_share)
        return checked

    async def _known(self, checked: Sequence[CheckedCandidate]) -> frozenset[str]:
        alive = [one.candidate.draft for one in checked if one.task is not None]
        return await self.wishes.known([draft_key(draft) for draft in alive])

    async def _by_environment(
        self, candidates: Sequence[Candidate], plan: EvaluationPlan
    ) -> list[CheckedCandidate]:
        checks = [
            check for check in plan.task_checks if check.enabled and check.id in ENVIRONMENT_CHECKS
        ]
        checked: list[CheckedCandidate] = []
        for start in range(0, len(candidates), CHUNK):
            chunk = candidates[start : start + CHUNK]
            request = TaskCheckRequest(
                drafts=[one.draft for one in chunk], checks=checks, min_kill=plan.min_kill
            )
            results = await self.checker.check(request)
            for candidate, result in zip(chunk, results, strict=True):
                assert result.draft_id == candidate.draft.id, "results are out of order"
                failed = result.failed_goal
                if result.task is None and failed is None and len(candidate.draft.goals) == 1:
                    failed = 0
                mended = result.mended or candidate.draft
                checked.append(
                    CheckedCandidate(
                        candidate=replace(candidate, draft=mended),
                        repaired=result.repaired,
                        task=result.task,
                        verdicts=tuple(result.verdicts),
                        failed_goal=failed,
                    )
                )
        return checked

    async def _by_oracle(
        self, checked: Sequence[CheckedCandidate], seed: int
    ) -> list[CheckedCandidate]:
        """Play the task's own solution against a user who makes no slips."""
        alive = [(index, one.task) for index, one in enumerate(checked) if one.task is not None]
        plays = [
            Play(
                task=task,
                agent=ORACLE,
                user=CLEAN_USER,
                seed=derive_seed(seed, "oracle", task.id),
            )
            for _, task in alive
        ]
        played = await self.episodes(plays)
        by_index = {index: episode for (index, _), episode in zip(alive, played, strict=True)}
        return [_after_oracle(one, by_index.get(index)) for index, one in enumerate(checked)]


def _after_oracle(one: CheckedCandidate, episode: PlayedEpisode | None) -> CheckedCandidate:
    if episode is None:
        return one
    if is_infrastructure(episode):
        return replace(one, task=None, is_undecided=True)
    verdict = Verdict(
        subject="task",
        ok=episode.verdict.ok,
        stage="oracle",
        milliseconds=1000 * episode.trajectory.usage.seconds,
    )
    if verdict.ok:
        return replace(one, verdicts=(*one.verdicts, verdict))
    why = episode.verdict
    evidence = EpisodeEvidence(
        stop_reason=episode.trajectory.stop_reason,
        is_tool_broken=why.attribution is Attribution.ENV,
        gold_passes=False if why.attribution is Attribution.CHECKER else None,
        oracle_passes=False,
    )
    refusal = verdict.model_copy(
        update={
            "failure_class": f"oracle:{why.failure_class or why.stage}",
            "rationale": why.rationale,
            "attribution": attribute(evidence),
        }
    )
    return one.refused(refusal, 0 if len(one.candidate.draft.goals) == 1 else None)
