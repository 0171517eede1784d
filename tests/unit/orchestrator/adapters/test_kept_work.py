"""A killed iteration goes on where it was: what was finished is neither asked for nor played again."""

import pytest
from pydantic import BaseModel

from seawright_orchestrator.adapters.kept_work import keeping
from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.synthesis.run_iteration import (
    IterationOutcome,
    RunIteration,
    Surroundings,
)
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.contracts.environment import TaskCheckRequest, TaskCheckResult
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, UserSpec
from tests.unit.orchestrator.usecases.synthesis.toy_shop import (
    DOMAIN,
    ToyChecker,
    ToyDrafts,
    ToyPlayer,
    spec,
)

SPEC = spec(agent=AgentSpec(kind="policy"))


class KilledError(Exception):
    """The process died here."""


class Ledger:
    """Finished parts in memory; they outlive the killed attempt."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    async def found(self, key: str) -> str | None:
        return self.parts.get(key)

    async def keep(self, key: str, part: BaseModel) -> None:
        self.parts[key] = part.model_dump_json()


class MortalPlayer(ToyPlayer):
    lives = 10**9

    async def play(
        self, task: Task, agent: AgentSpec, user: UserSpec, seed: int, max_turns: int
    ) -> PlayedEpisode:
        if len(self.plays) >= self.lives:
            raise KilledError
        return await super().play(task, agent, user, seed, max_turns)


class CountingChecker(ToyChecker):
    num_asked = 0

    async def check(self, request: TaskCheckRequest) -> list[TaskCheckResult]:
        self.num_asked += 1
        return await super().check(request)


async def attempt(
    player: ToyPlayer, checker: ToyChecker, ledger: Ledger | None
) -> IterationOutcome:
    run = RunIteration(drafts=ToyDrafts(), checker=checker, player=player, clock=lambda: 0.0)
    if ledger is not None:
        run = keeping(run, ledger)
    stream = start_streams("run", SPEC, DOMAIN)[0]
    return await run(SPEC, stream, Surroundings(wishes=RememberedWishes()))


@pytest.mark.parametrize("lives", [0, 1, 5, 11])
async def test_a_killed_iteration_plays_only_what_it_had_not_played(lives: int):
    whole_player = MortalPlayer()
    whole = await attempt(whole_player, ToyChecker(), None)
    ledger, first, second = Ledger(), MortalPlayer(), MortalPlayer()
    first.lives = lives
    with pytest.raises(KilledError):
        await attempt(first, CountingChecker(), ledger)
    checker = CountingChecker()
    again = await attempt(second, checker, ledger)
    assert again == whole
    assert checker.num_asked == 0
    assert len(first.plays) + len(second.plays) == len(whole_player.plays)
    assert not set(first.plays) & set(second.plays)


async def test_what_infrastructure_spoilt_is_not_kept():
    ledger = Ledger()
    await attempt(ToyPlayer(breaks=1), ToyChecker(), ledger)
    assert not [part for part in ledger.parts.values() if '"infrastructure"' in part]
