"""Sample verified tasks from frozen plans, on one split of the customers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from seawright_orchestrator.core.synthesis.cascade import CheckedCandidate
from seawright_orchestrator.core.synthesis.identities import draft_key
from seawright_orchestrator.core.synthesis.plans import frozen, full_evaluation_plan
from seawright_orchestrator.core.synthesis.ports import DraftSource, EpisodePlayer, TaskChecker
from seawright_orchestrator.core.synthesis.sampling import Exclusions
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.core.synthesis.statistics import num_sequences
from seawright_orchestrator.core.synthesis.task_picking import picked
from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.synthesis.check_candidates import CheckCandidates
from seawright_orchestrator.usecases.synthesis.draw_candidates import (
    CandidateOrder,
    DrawCandidates,
)
from seawright_orchestrator.usecases.synthesis.play_episodes import PlayEpisodes
from seawright_shared.contracts.orchestrator import TaskSample, TaskSampleRequest
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.plans import EvaluationPlan, Plan
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task

MAX_ROUNDS = 12
MIN_BATCH = 16
"""Fewest candidates of one plan in one round."""
MAX_BATCH = 400


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What the sample has so far."""

    accepted: list[bool]
    tasks: list[Task]
    wishes: RememberedWishes
    customers: list[str] = field(default_factory=list[str])
    num_wrong: int = 0

    def add(self, checked: Sequence[CheckedCandidate], *, num_asked: int) -> None:
        """Take decided candidates in order; those that the plan could not give have failed."""
        for one in checked:
            if one.is_undecided:
                continue
            self.accepted.append(one.task is not None)
            self.customers.append(one.candidate.draft.customer_id)
            if one.task is not None:
                self.tasks.append(one.task)
                self.wishes.add([draft_key(one.candidate.draft)])
        self.accepted += [False] * (num_asked - len(checked))
        self.customers += [""] * (num_asked - len(checked))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTasks:
    """A deterministic function of (spec, streams, request); it stores nothing."""

    drafts: DraftSource
    checker: TaskChecker
    player: EpisodePlayer
    max_concurrent_episodes: int = 8
    max_turns: int = 40

    async def __call__(
        self,
        spec: SynthesisSpec,
        streams: Sequence[PlanStream],
        request: TaskSampleRequest,
        *,
        forbidden: frozenset[str] = frozenset(),
    ) -> TaskSample:
        """Return tasks of the streams' first or last plans, without probes or revision.

        Both are checked by the same, full evaluation plan and, when balanced, drawn at the same
        mix of goals: their yields can be compared. A plan whose rules leave nothing of a goal
        type does not gain by it: what it could not give counts as failed. Fewer tasks than asked come back where the
        bound on candidates is reached.
        """
        plans = [_frozen_plan(stream, request) for stream in streams]
        progress = _Progress(accepted=[], tasks=[], wishes=RememberedWishes())
        for number in range(MAX_ROUNDS):
            size = _batch_size(request, progress, len(plans))
            for index, plan in enumerate(plans):
                seed = derive_seed(request.seed, "sample", request.split, number, index)
                order = CandidateOrder(
                    plan=plan,
                    database=spec.database,
                    split=request.split,
                    holdout_share=spec.holdout_share,
                    num=size,
                    seed=seed,
                    exclusions=Exclusions(names=forbidden),
                    wishes=progress.wishes,
                    keeps_mix=request.balanced,
                )
                own = None if request.judged_by == "full" else streams[index].evaluation_plan
                checked = await self._batch(order, progress.wishes, own)
                if own is not None:
                    progress.num_wrong += await self._num_wrong(order, progress.wishes, checked)
                progress.add(checked, num_asked=size)
            if len(_picked(progress.tasks, request)) >= request.num:
                break
        chosen = _picked(progress.tasks, request)
        # What only its own plan vouches for is counted and let go: nobody may train or test on it.
        kept = chosen if request.judged_by == "full" else []
        return TaskSample(
            task_ids=[task.id for task in kept],
            tasks=kept,
            num_candidates=len(progress.accepted),
            num_accepted=sum(progress.accepted),
            accepted=progress.accepted,
            customers=progress.customers,
            num_sequences=num_sequences(chosen),
            num_wrong=None if request.judged_by == "full" else progress.num_wrong,
        )

    async def _batch(
        self, order: CandidateOrder, wishes: RememberedWishes, own: EvaluationPlan | None
    ) -> list[CheckedCandidate]:
        selection = await DrawCandidates(drafts=self.drafts)(order)
        evaluation = own or full_evaluation_plan(order.plan.stream_id)
        return await self._check(order, wishes)(selection.candidates(), evaluation, order.seed)

    async def _num_wrong(
        self, order: CandidateOrder, wishes: RememberedWishes, checked: Sequence[CheckedCandidate]
    ) -> int:
        """Return how many of those that passed are refused by full verification."""
        passed = [one.candidate for one in checked if one.task is not None]
        evaluation = full_evaluation_plan(order.plan.stream_id)
        again = await self._check(order, wishes)(passed, evaluation, order.seed)
        return sum(
            one.task is None and not one.is_undecided and one.refusal.stage != "noop_share"
            for one in again
        )

    def _check(self, order: CandidateOrder, wishes: RememberedWishes) -> CheckCandidates:
        episodes = PlayEpisodes(
            player=self.player,
            max_concurrent=self.max_concurrent_episodes,
            max_turns=self.max_turns,
        )
        return CheckCandidates(
            checker=self.checker,
            episodes=episodes,
            wishes=wishes,
            forbidden=order.exclusions.names,
        )


def _frozen_plan(stream: PlanStream, request: TaskSampleRequest) -> Plan:
    plan = stream.plans[0] if request.plan_version == "first" else stream.plans[-1]
    unknown = sorted(set(request.goals) - set(plan.goals))
    if unknown:
        raise InvalidRequestError(f"the run's plans do not draw {', '.join(unknown)}")
    return frozen(plan, request.goals or list(plan.goals), balanced=request.balanced)


def _batch_size(request: TaskSampleRequest, progress: _Progress, num_plans: int) -> int:
    """Candidates per plan for what is missing, at the yield seen so far (half at first)."""
    missing = request.num - len(_picked(progress.tasks, request))
    rate = (sum(progress.accepted) + 1) / (len(progress.accepted) + 2)
    wanted = math.ceil(missing / max(rate, 0.05) / num_plans)
    return min(MAX_BATCH, max(MIN_BATCH, wanted))


def _picked(tasks: Sequence[Task], request: TaskSampleRequest) -> list[Task]:
    return picked(
        tasks,
        request.num,
        balanced=request.balanced,
        max_per_signature=request.max_per_signature,
    )
