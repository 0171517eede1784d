"""Run one iteration of one stream: draw, check, play, verify, reflect."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from seawright_orchestrator.core.synthesis.cascade import CheckedCandidate
from seawright_orchestrator.core.synthesis.identities import draft_key
from seawright_orchestrator.core.synthesis.iteration import (
    LATE_STAGES,
    End,
    Judged,
    advanced,
    audited,
    rejected,
    report_of,
)
from seawright_orchestrator.core.synthesis.ports import (
    DraftSource,
    EpisodePlayer,
    KnownWishes,
    PlayedEpisode,
    TaskChecker,
    TaskJudge,
    TrajectoryJudge,
)
from seawright_orchestrator.core.synthesis.recalibration import names_before_execution
from seawright_orchestrator.core.synthesis.reflection import Circumstances, reflect
from seawright_orchestrator.core.synthesis.sampling import Exclusions
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.synthesis.audit_rejects import AuditRejects
from seawright_orchestrator.usecases.synthesis.check_candidates import CheckCandidates
from seawright_orchestrator.usecases.synthesis.draw_candidates import (
    CandidateOrder,
    DrawCandidates,
)
from seawright_orchestrator.usecases.synthesis.judge_candidates import JudgeCandidates
from seawright_orchestrator.usecases.synthesis.play_episodes import PlayEpisodes
from seawright_orchestrator.usecases.synthesis.play_rollouts import PlayRollouts, RolledOut
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.errors import UnavailableError
from seawright_shared.records.plans import Reflection
from seawright_shared.records.reports import IterationReport
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedTask:
    """A task that passed everything, with the episodes played of it (failed ones too)."""

    task: Task
    episodes: list[PlayedEpisode]
    """Rollouts with their attributed verdicts; INFRA ones are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationOutcome:
    """Everything one iteration made; to be stored in one transaction."""

    accepted: list[AcceptedTask]
    rejects: list[RejectedDraft]
    report: IterationReport
    reflection: Reflection | None
    """The revision made now, if any. The one before it is judged now: see the stream."""
    stream: PlanStream
    """The successor state."""
    accepted_keys: list[str]
    """Of the accepted wishes, in order: what is known from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an iteration must know beside its spec and its stream."""

    wishes: KnownWishes
    """What this stream accepted before."""
    forbidden: frozenset[str] = frozenset()
    """Ids that no task may name."""


class Conclusion(Protocol):
    """Has the last word on an iteration."""

    async def __call__(self, spec: SynthesisSpec, outcome: IterationOutcome) -> IterationOutcome:
        """Return the outcome as it is to be stored."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIteration:
    """A deterministic function of (spec, stream); it stores nothing."""

    drafts: DraftSource
    checker: TaskChecker
    player: EpisodePlayer
    task_judge: TaskJudge | None = None
    trajectory_judge: TrajectoryJudge | None = None
    conclude: Conclusion | None = None
    """What a model that had a part in the iteration has to say at its end."""
    max_concurrent_episodes: int = 8
    max_turns: int = 40
    clock: Callable[[], float] = time.perf_counter

    async def __call__(
        self, spec: SynthesisSpec, stream: PlanStream, around: Surroundings
    ) -> IterationOutcome:
        """Return what the stream's next iteration made.

        Raises `UnavailableError` where infrastructure failed for more candidates than were
        decided: the iteration is then to be run again.
        """
        assert stream.status == "open", "the stream is finished"
        began = self.clock()
        early = names_before_execution(stream.evaluation_plan)
        seed = derive_seed(spec.seed, "iteration", stream.index, stream.iteration)
        selection = await DrawCandidates(drafts=self.drafts)(
            CandidateOrder(
                plan=stream.plan,
                database=spec.database,
                split="train",
                holdout_share=spec.holdout_share,
                num=spec.candidates_per_iteration,
                seed=seed,
                exclusions=Exclusions(
                    names=around.forbidden if "contamination" in early else frozenset()
                ),
                wishes=around.wishes if "duplicate" in early else None,
            )
        )
        episodes = PlayEpisodes(
            player=self.player,
            max_concurrent=self.max_concurrent_episodes,
            max_turns=self.max_turns,
        )
        check = CheckCandidates(
            checker=self.checker,
            episodes=episodes,
            wishes=around.wishes,
            forbidden=around.forbidden,
        )
        checked = await check(selection.candidates(), stream.evaluation_plan, seed)
        checked = await JudgeCandidates(self.task_judge)(checked)
        play = PlayRollouts(episodes=episodes, judge=self.trajectory_judge)
        decided = await _rolled_out(play, spec, checked)
        audit = AuditRejects(checker=self.checker, episodes=episodes)
        audits = await audit(checked, stream.evaluation_plan, spec.agent, seed)
        num_undecided = len(checked) - len(decided)
        if num_undecided > len(decided):
            raise UnavailableError(f"infrastructure failed for {num_undecided} candidates")
        report = report_of(stream, decided, num_undecided=num_undecided).model_copy(
            update={
                "num_drawn": selection.num_drawn,
                "num_held_back": selection.num_held_back,
                "seconds": round(self.clock() - began, 3),
            }
        )
        # Reflection is CPU work: while it thinks, other streams go on.
        outcome = await asyncio.to_thread(_outcome, spec, audited(stream, audits), decided, report)
        return outcome if self.conclude is None else await self.conclude(spec, outcome)


async def _rolled_out(
    play: PlayRollouts, spec: SynthesisSpec, checked: Sequence[CheckedCandidate]
) -> list[Judged]:
    """Play the passed tasks; return the decided candidates in order."""
    decided = [one for one in checked if not one.is_undecided]
    tasks = [one.task for one in decided if one.task is not None]
    rolled = iter(await play(tasks, spec))
    return [_judged(one, next(rolled) if one.task is not None else None) for one in decided]


def _judged(one: CheckedCandidate, rolled: RolledOut | None) -> Judged:
    if rolled is None:
        return Judged(checked=one)
    fault = rolled.task_fault
    late = None
    if fault is not None:
        late = Verdict(
            subject="task",
            ok=False,
            stage="rollout",
            failure_class=f"rollout:{fault.verdict.failure_class or fault.verdict.stage}",
            rationale=fault.verdict.rationale,
            attribution=fault.verdict.attribution,
        )
    return Judged(
        checked=one,
        episodes=rolled.episodes,
        late_refusal=late,
        num_lost=rolled.num_lost,
        num_misjudged=rolled.num_misjudged,
    )


def _outcome(
    spec: SynthesisSpec, stream: PlanStream, decided: Sequence[Judged], report: IterationReport
) -> IterationOutcome:
    after = advanced(stream, decided, report, end=End.of(spec, stream.index))
    late = sum(judged.task is None and judged.refusal.stage in LATE_STAGES for judged in decided)
    revised = reflect(
        after,
        Circumstances(
            mode=spec.evolution,
            iteration=stream.iteration,
            is_last=after.status == "finished",
            num_late_task_faults=late,
        ),
    )
    is_new = len(revised.reflections) > len(stream.reflections)
    return IterationOutcome(
        accepted=[
            AcceptedTask(task=judged.task, episodes=list(judged.episodes))
            for judged in decided
            if judged.task is not None
        ],
        rejects=[rejected(judged, stream) for judged in decided if judged.task is None],
        report=report,
        reflection=revised.reflections[-1] if is_new else None,
        stream=revised,
        accepted_keys=[
            draft_key(judged.checked.candidate.draft)
            for judged in decided
            if judged.task is not None
        ],
    )
