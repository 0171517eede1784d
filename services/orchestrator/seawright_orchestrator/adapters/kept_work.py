"""Ports of synthesis that ask first whether an earlier attempt has the answer."""

from dataclasses import dataclass, replace
from typing import Protocol

from pydantic import BaseModel, JsonValue

from seawright_orchestrator.core.synthesis.ports import (
    DraftSource,
    EpisodePlayer,
    PlayedEpisode,
    TaskChecker,
)
from seawright_orchestrator.usecases.synthesis.play_episodes import is_infrastructure
from seawright_orchestrator.usecases.synthesis.run_iteration import RunIteration
from seawright_shared.contracts.environment import (
    DraftBatch,
    DraftRequest,
    TaskCheckRequest,
    TaskCheckResponse,
    TaskCheckResult,
)
from seawright_shared.records.base import Record, content_hash
from seawright_shared.records.tasks import Draft, Task
from seawright_shared.records.trajectories import AgentSpec, Trajectory, UserSpec
from seawright_shared.records.verdicts import Verdict


class Work(Protocol):
    """Keeps finished parts by the hash of what was asked for."""

    async def found(self, key: str) -> str | None:
        """Return a part that an earlier attempt finished, as JSON."""
        ...

    async def keep(self, key: str, part: BaseModel) -> None:
        """Remember a finished part."""
        ...


class KeptEpisode(Record):
    """A played episode as it is kept."""

    trajectory: Trajectory
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDrafts:
    """Draws each request once."""

    drafts: DraftSource
    work: Work

    async def draw(self, request: DraftRequest) -> list[Draft]:
        """Return the drafts, drawn now or before."""
        key = content_hash({"drafts": request.model_dump(mode="json")})
        if (document := await self.work.found(key)) is not None:
            return DraftBatch.model_validate_json(document).drafts
        drafts = await self.drafts.draw(request)
        await self.work.keep(key, DraftBatch(drafts=drafts))
        return drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChecks:
    """Runs each request's checks once."""

    checker: TaskChecker
    work: Work

    async def check(self, request: TaskCheckRequest) -> list[TaskCheckResult]:
        """Return the results, found now or before."""
        asked = request.model_dump(mode="json", exclude={"drafts"})
        key = content_hash({"checks": asked, "drafts": [draft.id for draft in request.drafts]})
        if (document := await self.work.found(key)) is not None:
            return TaskCheckResponse.model_validate_json(document).results
        results = await self.checker.check(request)
        await self.work.keep(key, TaskCheckResponse(results=results))
        return results


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEpisodes:
    """Plays each episode once. What infrastructure spoilt is not kept."""

    player: EpisodePlayer
    work: Work

    async def play(
        self, task: Task, agent: AgentSpec, user: UserSpec, seed: int, max_turns: int
    ) -> PlayedEpisode:
        """Return the episode, played now or before."""
        asked: JsonValue = {
            "task": task.id,
            "agent": agent.model_dump(mode="json"),
            "user": user.model_dump(mode="json"),
            "seed": seed,
            "max_turns": max_turns,
        }
        key = content_hash({"episode": asked})
        if (document := await self.work.found(key)) is not None:
            kept = KeptEpisode.model_validate_json(document)
            return PlayedEpisode(trajectory=kept.trajectory, verdict=kept.verdict)
        played = await self.player.play(task, agent, user, seed, max_turns)
        if not is_infrastructure(played):
            part = KeptEpisode(trajectory=played.trajectory, verdict=played.verdict)
            await self.work.keep(key, part)
        return played


def keeping(run_iteration: RunIteration, work: Work) -> RunIteration:
    """Return the use case with every finished part kept."""
    return replace(
        run_iteration,
        drafts=KeptDrafts(drafts=run_iteration.drafts, work=work),
        checker=KeptChecks(checker=run_iteration.checker, work=work),
        player=KeptEpisodes(player=run_iteration.player, work=work),
    )
