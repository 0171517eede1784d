"""Bookkeeping of one iteration: outcomes, funnel report, and the stream's successor."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.cascade import CheckedCandidate, blame_of
from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.core.synthesis.routing import ROUTES
from seawright_orchestrator.core.synthesis.rules import goal_rows
from seawright_orchestrator.core.synthesis.state import CandidateOutcome, CheckStats, PlanStream
from seawright_orchestrator.core.synthesis.statistics import num_sequences
from seawright_orchestrator.core.synthesis.yields import mixed_yield
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.records.reports import IterationReport
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution, Verdict

LATE_STAGES = frozenset({"oracle", "rollout"})
"""Where a played episode speaks."""
WINDOW = 1600
"""Latest candidates that reflection reads, at least two iterations of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A decided candidate: accepted with its episodes, or refused by a verdict."""

    checked: CheckedCandidate
    episodes: tuple[PlayedEpisode, ...] = ()
    late_refusal: Verdict | None = None
    """A played episode spoke against the task after it had passed every task check."""
    num_lost: int = 0
    num_misjudged: int = 0

    @property
    def task(self) -> Task | None:
        """The task, where it was accepted."""
        return None if self.late_refusal else self.checked.task

    @property
    def refusal(self) -> Verdict:
        """The verdict that stopped it."""
        return self.late_refusal or self.checked.refusal

    @property
    def blame(self) -> Attribution:
        """Whom the refusal is blamed on."""
        return blame_of(self.refusal)

    @property
    def is_counted(self) -> bool:
        """Whether it is in the yield: what the environment broke says nothing of the plan."""
        return self.task is not None or ROUTES[self.blame].is_counted

    @property
    def failed_goal(self) -> int | None:
        """The goal to blame, where one is."""
        if self.task is not None:
            return None
        if self.late_refusal is None:
            return self.checked.failed_goal
        is_only = len(self.checked.candidate.draft.goals) == 1
        return 0 if is_only and ROUTES[self.blame].teaches_plan else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How many of a check's rejects were played all the same, and how many were solved."""

    num: int
    num_passed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """When a stream is finished: whichever comes first."""

    num_iterations: int
    num_accepted: int | None = None

    @classmethod
    def of(cls, spec: SynthesisSpec, index: int) -> "End":
        """Return the end of one of a run's streams: its share of what is wanted."""
        share = None
        if spec.num_accepted is not None:
            rest = index < spec.num_accepted % spec.num_streams
            share = spec.num_accepted // spec.num_streams + rest
        return cls(num_iterations=spec.num_iterations, num_accepted=share)


def windowed(outcomes: Sequence[CandidateOutcome]) -> list[CandidateOutcome]:
    """Return the latest outcomes: those that reflection reads."""
    latest = outcomes[-1].iteration if outcomes else 0
    num_latest = sum(outcome.iteration == latest for outcome in outcomes)
    return list(outcomes[-max(WINDOW, 2 * num_latest) :])


def outcome_of(judged: Judged, iteration: int) -> CandidateOutcome:
    """Return the candidate as evidence. An agent's failure is no evidence against the plan."""
    draft = judged.checked.candidate.draft
    accepted = judged.task is not None
    return CandidateOutcome(
        draft_id=draft.id,
        iteration=iteration,
        goals=goal_rows(draft),
        accepted=accepted,
        failed_goal=judged.failed_goal,
        cause="" if accepted else judged.refusal.failure_class or judged.refusal.stage,
        stage="" if accepted else judged.refusal.stage,
        passed=[verdict.stage for verdict in judged.checked.verdicts if verdict.ok],
        probe=judged.checked.candidate.probe,
    )


def rejected(judged: Judged, stream: PlanStream) -> RejectedDraft:
    """Return the refused draft as it is kept."""
    draft = judged.checked.candidate.draft
    return RejectedDraft(
        draft_id=draft.id,
        stream_id=stream.id,
        iteration=stream.iteration,
        goal_types=[goal.type for goal in draft.goals],
        verdict=judged.refusal,
    )


def report_of(
    stream: PlanStream, decided: Sequence[Judged], *, num_undecided: int
) -> IterationReport:
    """Return the funnel. Candidates that infrastructure spoilt are not counted as candidates."""
    counted = [judged for judged in decided if judged.is_counted]
    refusals = [judged.refusal for judged in counted if judged.task is None]
    attributions = _attributions(decided, num_undecided)
    tasks = [judged.task for judged in decided if judged.task is not None]
    causes = Counter(verdict.failure_class or verdict.stage for verdict in refusals)
    return IterationReport(
        stream_id=stream.id,
        iteration=stream.iteration,
        plan_id=stream.plan.id,
        num_candidates=len(counted),
        num_accepted=len(tasks),
        stages=_counts(Counter(verdict.stage for verdict in refusals)),
        causes=_counts(causes),
        attributions=_counts(attributions),
        routes=_counts(_routes(attributions)),
        num_repaired=sum(
            bool(judged.checked.repaired) for judged in decided if judged.task is not None
        ),
        num_probes=sum(judged.checked.candidate.probe is not None for judged in counted),
        cells=_counts(Counter(_cell(task) for task in tasks)),
        num_sequences=num_sequences(tasks),
    )


def advanced(
    stream: PlanStream,
    decided: Sequence[Judged],
    report: IterationReport,
    end: End,
) -> PlanStream:
    """Return the stream with this iteration in its memory; its plans are still the same."""
    outcomes = [outcome_of(judged, stream.iteration) for judged in decided if judged.is_counted]
    accepted = [judged for judged in decided if judged.task is not None]
    done = stream.iteration + 1
    num_accepted = stream.num_accepted + len(accepted)
    goals = Counter(stream.accepted_goals)
    goals.update(judged.checked.candidate.draft.goals[0].type for judged in accepted)
    mixed = mixed_yield(outcomes, stream.plans[0].goals)
    report = report.model_copy(update={"mixed_yield": round(mixed.value, 4)})
    is_done = done >= end.num_iterations or (
        end.num_accepted is not None and num_accepted >= end.num_accepted
    )
    return stream.model_copy(
        update={
            "iteration": done,
            "window": windowed([*stream.window, *outcomes]),
            "check_stats": _with_runs(stream, decided),
            "reports": [*stream.reports, report],
            "num_accepted": num_accepted,
            "accepted_goals": dict(sorted(goals.items())),
            "status": "finished" if is_done else "open",
        }
    )


def audited(stream: PlanStream, audits: Mapping[str, Audit]) -> PlanStream:
    """Return the stream with what audits of refused candidates found."""
    stats = dict(stream.check_stats)
    for stage, audit in audits.items():
        old = stats.get(stage, CheckStats())
        stats[stage] = old.model_copy(
            update={
                "audits": old.audits + audit.num,
                "audit_passes": old.audit_passes + audit.num_passed,
            }
        )
    return stream.model_copy(update={"check_stats": stats})


def _attributions(decided: Sequence[Judged], num_undecided: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for judged in decided:
        if judged.task is None:
            counts[judged.blame.value] += 1
            continue
        if judged.num_misjudged:
            counts[Attribution.JUDGE.value] += judged.num_misjudged
        for episode in judged.episodes:
            if episode.verdict.attribution is not None:
                counts[episode.verdict.attribution.value] += 1
    lost = num_undecided + sum(judged.num_lost for judged in decided)
    if lost:
        counts[Attribution.INFRA.value] += lost
    return counts


def _routes(attributions: Mapping[str, int]) -> Counter[str]:
    routes: Counter[str] = Counter()
    for name, number in attributions.items():
        routes[ROUTES[Attribution(name)].to] += number
    return routes


def _cell(task: Task) -> str:
    goal = task.goal_types[0] if task.goal_types else ""
    return f"{goal}|{task.outcome}|{task.tier}|{task.scenario.disclosure}"


def _with_runs(stream: PlanStream, decided: Sequence[Judged]) -> dict[str, CheckStats]:
    stats = dict(stream.check_stats)
    for judged in decided:
        for verdict in judged.checked.verdicts:
            old = stats.get(verdict.stage, CheckStats())
            is_flag = not verdict.ok and (judged.task is not None or verdict != judged.refusal)
            is_bad = judged.task is None and judged.refusal.stage in LATE_STAGES
            stats[verdict.stage] = old.model_copy(
                update={
                    "runs": old.runs + 1,
                    "catches": old.catches + (not verdict.ok),
                    "milliseconds": old.milliseconds + verdict.milliseconds,
                    "flagged": old.flagged + is_flag,
                    "flagged_faults": old.flagged_faults + (is_flag and is_bad),
                }
            )
    return stats


def _counts(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
