"""Sample verified tasks from frozen plans, on one split of the customers."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.ports import DraftSource, EpisodePlayer, TaskChecker
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_shared.contracts.orchestrator import TaskSample, TaskSampleRequest
from seawright_shared.records.specs import SynthesisSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTasks:
    """A deterministic function of (spec, streams, request); it stores nothing."""

    drafts: DraftSource
    checker: TaskChecker
    player: EpisodePlayer
    max_concurrent_episodes: int = 8
    max_turns: int = 30

    async def __call__(
        self,
        spec: SynthesisSpec,
        streams: Sequence[PlanStream],
        request: TaskSampleRequest,
        *,
        forbidden: frozenset[str] = frozenset(),
    ) -> TaskSample:
        """Return tasks of the streams' first or last plans, without probes or revision."""
        raise NotImplementedError
