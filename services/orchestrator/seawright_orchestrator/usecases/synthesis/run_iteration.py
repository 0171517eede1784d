"""Run one iteration of one stream: draw, check, play, verify, reflect."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.ports import (
    DraftSource,
    EpisodePlayer,
    PlayedEpisode,
    TaskChecker,
)
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.records.plans import Reflection
from seawright_shared.records.reports import IterationReport
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task


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
    stream: PlanStream
    """The successor state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIteration:
    """A deterministic function of (spec, stream); it stores nothing."""

    drafts: DraftSource
    checker: TaskChecker
    player: EpisodePlayer
    max_concurrent_episodes: int = 8
    max_turns: int = 30
    clock: Callable[[], float] = time.perf_counter

    async def __call__(
        self, spec: SynthesisSpec, stream: PlanStream, *, forbidden: frozenset[str] = frozenset()
    ) -> IterationOutcome:
        """Return what the stream's next iteration made. `forbidden`: ids never to be named."""
        raise NotImplementedError
