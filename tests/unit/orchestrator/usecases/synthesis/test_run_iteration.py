from collections.abc import Mapping

import pytest

from seawright_orchestrator.core.synthesis.iteration import End
from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.synthesis.run_iteration import (
    IterationOutcome,
    RunIteration,
    Surroundings,
)
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.errors import UnavailableError
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, UserSpec
from seawright_shared.records.verdicts import Attribution
from tests.unit.orchestrator.usecases.synthesis.toy_shop import (
    DOMAIN,
    ToyChecker,
    ToyDrafts,
    ToyPlayer,
    spec,
)

POLICY = AgentSpec(kind="policy")


def iteration(player: ToyPlayer | None = None) -> RunIteration:
    return RunIteration(
        drafts=ToyDrafts(),
        checker=ToyChecker(),
        player=player or ToyPlayer(),
        clock=lambda: 0.0,
    )


def around(*forbidden: str) -> Surroundings:
    return Surroundings(wishes=RememberedWishes(), forbidden=frozenset(forbidden))


def fresh(of: SynthesisSpec) -> PlanStream:
    return start_streams("run", of, DOMAIN)[0]


async def whole_run(of: SynthesisSpec) -> list[IterationOutcome]:
    stream, outcomes, wishes = fresh(of), [], RememberedWishes()
    while stream.status == "open":
        outcomes.append(await iteration()(of, stream, Surroundings(wishes=wishes)))
        stream = outcomes[-1].stream
        wishes.add(outcomes[-1].accepted_keys)
    return outcomes


async def test_reflection_raises_the_yield_and_keeps_the_variety():
    outcomes = await whole_run(spec())
    first, last = outcomes[0].report, outcomes[-1].report
    assert last.yield_share - first.yield_share > 0.5
    assert last.num_sequences >= first.num_sequences


async def test_without_evolution_the_yield_stays():
    outcomes = await whole_run(spec(evolution="none", num_iterations=3))
    shares = [one.report.yield_share for one in outcomes]
    assert max(shares) - min(shares) < 0.15
    assert all(one.reflection is None for one in outcomes)


async def test_an_iteration_is_a_function_of_spec_and_stream():
    of = spec(num_iterations=2)
    assert await whole_run(of) == await whole_run(of)


async def test_a_stream_survives_json():
    of = spec(num_iterations=3)
    first = await iteration()(of, fresh(of), around())
    revived = PlanStream.model_validate_json(first.stream.model_dump_json())
    assert revived == first.stream
    assert await iteration()(of, revived, around()) == await iteration()(of, first.stream, around())


async def test_every_candidate_is_accepted_or_kept_with_its_reason():
    of = spec()
    made = await iteration()(of, fresh(of), around())
    assert len(made.accepted) + len(made.rejects) == made.report.num_candidates == 80
    assert all(not one.verdict.ok and one.verdict.failure_class for one in made.rejects)
    assert sum(made.report.causes.values()) == len(made.rejects)


async def test_no_task_is_accepted_twice():
    outcomes = await whole_run(spec(num_iterations=4))
    ids = [one.task.id for outcome in outcomes for one in outcome.accepted]
    assert len(set(ids)) == len(ids)
    assert outcomes[-1].stream.num_accepted == len(ids)
    assert sum(outcomes[-1].stream.accepted_goals.values()) == len(ids)


async def test_forbidden_names_reach_no_task():
    of = spec(num_iterations=3)
    customer = (await iteration()(of, fresh(of), around())).accepted[0].task.customer_id
    assert customer is not None
    stream = fresh(of)
    for _ in range(3):
        made = await iteration()(of, stream, around(customer))
        assert customer not in {one.task.customer_id for one in made.accepted}
        stream = made.stream


async def test_a_task_that_the_oracle_fails_is_refused_and_blamed():
    of = spec()
    bad = (await iteration()(of, fresh(of), around())).accepted[0].task.id
    made = await iteration(ToyPlayer(oracle_fails=frozenset({bad})))(of, fresh(of), around())
    assert bad not in {one.task.id for one in made.accepted}
    (refusal,) = [one.verdict for one in made.rejects if one.verdict.stage == "oracle"]
    assert refusal.attribution is Attribution.TASK


async def test_an_agents_failure_keeps_the_task_and_teaches_the_plan_nothing():
    of = spec(agent=POLICY)
    clean = await iteration()(of, fresh(of), around())
    bad = frozenset(one.task.id for one in clean.accepted)
    made = await iteration(ToyPlayer(agent_fails=bad))(of, fresh(of), around())
    assert {one.task.id for one in made.accepted} == bad
    (episode,) = made.accepted[0].episodes
    assert episode.verdict.attribution is Attribution.AGENT
    assert episode.verdict.reward == 0.0
    assert made.stream.plan == clean.stream.plan
    assert made.report.attributions["AGENT"] == len(bad)


async def test_a_users_slip_is_rerolled_and_never_becomes_a_reward():
    of = spec(agent=POLICY)
    num_oracles = len((await iteration()(of, fresh(of), around())).accepted)
    made = await iteration(ToyPlayer(user_slips_at=num_oracles))(of, fresh(of), around())
    spoilt, again = made.accepted[0].episodes
    assert (spoilt.verdict.attribution, spoilt.verdict.reward) == (Attribution.USER, None)
    assert again.verdict.ok
    assert again.trajectory.seed != spoilt.trajectory.seed


async def test_failed_infrastructure_is_retried_and_changes_nothing():
    of = spec()
    plain = await iteration()(of, fresh(of), around())
    assert await iteration(ToyPlayer(breaks=2))(of, fresh(of), around()) == plain


async def test_when_infrastructure_stays_down_the_iteration_is_to_be_run_again():
    of = spec(evolution="none", verification=True)
    always = ToyPlayer(breaks=10**6)
    stream = await only_accepting(of)
    with pytest.raises(UnavailableError):
        await iteration(always)(of, stream, around())


class DownPlayer(ToyPlayer):
    """Raises, as a player does that gave up by itself."""

    async def play(
        self, task: Task, agent: AgentSpec, user: UserSpec, seed: int, max_turns: int
    ) -> PlayedEpisode:
        raise UnavailableError(f"nobody plays {task.id}")


async def test_a_fault_that_a_player_raises_comes_out_as_it_is():
    of = spec()
    with pytest.raises(UnavailableError, match="nobody plays"):
        await iteration(DownPlayer())(of, fresh(of), around())


async def only_accepting(of: SynthesisSpec) -> PlanStream:
    """A stream whose plan has learned enough that most candidates reach the oracle."""
    learned = (await whole_run(spec(num_iterations=3)))[-1].stream
    return learned.model_copy(update={"status": "open"})


async def test_a_failure_with_an_unclean_user_is_replayed_with_the_oracle():
    of = spec(agent=POLICY, user=UserSpec(kind="scripted", slip_rate=0.1))
    bad = (await iteration()(of, fresh(of), around())).accepted[0].task.id
    player = ToyPlayer(agent_fails=frozenset({bad}))
    made = await iteration(player)(of, fresh(of), around())
    kinds = [kind for task, kind, _ in player.plays if task == bad]
    assert kinds == ["scripted", "policy", "scripted"]
    assert made.accepted[0].episodes[0].verdict.attribution is Attribution.AGENT


async def test_without_verification_whatever_executes_is_kept_and_nobody_is_blamed():
    of = spec(verification=False, agent=POLICY)
    player = ToyPlayer(agent_fails=frozenset({"none"}))
    made = await iteration(player)(of, fresh(of), around())
    assert all(kind == "policy" for _, kind, _ in player.plays)
    assert set(made.report.stages) == {"execution"}


@pytest.mark.parametrize("evolution", ["reflect", "random_edits"])
async def test_probes_never_exceed_their_share(evolution: str):
    outcomes = await whole_run(spec(evolution=evolution, num_iterations=3))
    window: Mapping[int, int] = {
        number: sum(
            1 for one in outcomes[-1].stream.window if one.iteration == number and one.probe
        )
        for number in range(3)
    }
    assert window[0] == 0
    assert 1 <= window[1] <= 5


async def test_a_stream_ends_when_it_has_its_share_of_the_accepted_tasks():
    whole = await whole_run(spec())
    wanted = sum(len(one.accepted) for one in whole[:2])
    short = await whole_run(spec(num_accepted=wanted))
    assert [one.accepted for one in short] == [one.accepted for one in whole[:2]]
    assert short[-1].stream.status == "finished"


async def test_the_streams_shares_add_up_to_what_is_wanted():
    of = spec(num_streams=3, num_accepted=8)
    assert [End.of(of, index).num_accepted for index in range(3)] == [3, 3, 2]


async def test_a_streams_memory_does_not_grow_with_what_it_accepted():
    outcomes = await whole_run(spec(num_iterations=12, candidates_per_iteration=20))
    by_iteration = {"window", "plans", "evaluation_plans", "reflections", "reports"}
    sizes = [len(one.stream.model_dump_json(exclude=by_iteration)) for one in outcomes]
    assert outcomes[-1].stream.num_accepted > 5 * outcomes[2].stream.num_accepted > 0
    assert sizes[-1] - sizes[2] < 50
