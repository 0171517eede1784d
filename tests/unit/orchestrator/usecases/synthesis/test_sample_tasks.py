from collections import Counter

import anyio
import pytest

from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.synthesis.run_iteration import RunIteration, Surroundings
from seawright_orchestrator.usecases.synthesis.sample_tasks import SampleTasks
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.contracts.environment import TaskCheckRequest, TaskCheckResult
from seawright_shared.contracts.orchestrator import TaskSample, TaskSampleRequest
from seawright_shared.errors import InvalidRequestError
from tests.unit.orchestrator.usecases.synthesis.toy_shop import (
    DOMAIN,
    GOALS,
    ToyChecker,
    ToyDrafts,
    ToyPlayer,
    spec,
    task_of,
)

SPEC = spec(num_streams=2, num_iterations=3)


@pytest.fixture(scope="module")
def streams() -> list[PlanStream]:
    return anyio.run(learned)


async def learned() -> list[PlanStream]:
    run = RunIteration(drafts=ToyDrafts(), checker=ToyChecker(), player=ToyPlayer())
    streams: list[PlanStream] = []
    for start in start_streams("run", SPEC, DOMAIN):
        stream, wishes = start, RememberedWishes()
        while stream.status == "open":
            made = await run(SPEC, stream, Surroundings(wishes=wishes))
            stream = made.stream
            wishes.add(made.accepted_keys)
        streams.append(stream)
    return streams


async def sample(
    streams: list[PlanStream], drafts: ToyDrafts | None = None, **changes: object
) -> TaskSample:
    request = TaskSampleRequest.model_validate(
        {"synthesis_run_id": "run", "num": 24, "seed": 9, **changes}
    )
    use_case = SampleTasks(drafts=drafts or ToyDrafts(), checker=ToyChecker(), player=ToyPlayer())
    return await use_case(SPEC, streams, request)


async def test_the_last_plans_yield_more_than_the_first_on_customers_never_seen(
    streams: list[PlanStream],
):
    first = await sample(streams, plan_version="first")
    last = await sample(streams)
    assert last.num_accepted / last.num_candidates > 0.3 + first.num_accepted / first.num_candidates
    assert len(last.task_ids) == 24
    assert len(last.accepted) == last.num_candidates
    assert sum(last.accepted) == last.num_accepted
    odd = {int(task.customer_id[1:]) % 2 for task in last.tasks if task.customer_id}
    assert odd == {1}


async def test_a_sample_is_a_function_of_its_seed(streams: list[PlanStream]):
    assert await sample(streams) == await sample(streams)
    assert (await sample(streams, seed=10)).task_ids != (await sample(streams)).task_ids


async def test_goals_are_balanced_and_ids_are_unique(streams: list[PlanStream]):
    made = await sample(streams)
    counts = Counter(task.goal_types[0] for task in made.tasks)
    assert set(counts) == set(GOALS)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len(set(made.task_ids)) == 24


async def test_signatures_are_bounded(streams: list[PlanStream]):
    made = await sample(streams, num=12, max_per_signature=2)
    signatures = Counter(
        tuple(action.name for action in task.golden_actions) for task in made.tasks
    )
    assert max(signatures.values()) <= 2
    assert made.num_sequences == len(signatures)


async def test_only_asked_goals_are_drawn_first_and_unknown_ones_are_refused(
    streams: list[PlanStream],
):
    made = await sample(streams, goals=["cancel"], num=10)
    assert {goal for task in made.tasks for goal in task.goal_types} == {"cancel"}
    with pytest.raises(InvalidRequestError, match="fly"):
        await sample(streams, goals=["fly"])


async def test_a_sample_that_cannot_be_had_ends_and_says_how_far_it_came(streams: list[PlanStream]):
    made = await sample(streams, num=60, goals=["cancel"], max_per_signature=2)
    assert 0 < len(made.task_ids) < 60


class LaxChecker:
    """Knows the world's policy only where the policy is asked for."""

    async def check(self, request: TaskCheckRequest) -> list[TaskCheckResult]:
        asked = {check.id for check in request.checks}
        strict = await ToyChecker().check(request)
        return [
            one
            if "policy" in asked or one.task or one.verdicts[0].failure_class.startswith("exec")
            else TaskCheckResult(draft_id=one.draft_id, task=task_of(draft), verdicts=[])
            for one, draft in zip(strict, request.drafts, strict=True)
        ]


async def wrongly_accepted(*, verification: bool) -> TaskSample:
    ablated = SPEC.model_copy(update={"verification": verification})
    request = TaskSampleRequest(synthesis_run_id="run", num=24, seed=9, judged_by="own")
    use_case = SampleTasks(drafts=ToyDrafts(), checker=LaxChecker(), player=ToyPlayer())
    return await use_case(ablated, start_streams("run", ablated, DOMAIN), request)


async def test_what_a_lax_plan_lets_through_is_counted_and_never_handed_on():
    lax, strict = [await wrongly_accepted(verification=each) for each in (False, True)]
    assert lax.num_wrong is not None
    assert 0 < lax.num_wrong < lax.num_accepted
    assert strict.num_wrong == 0
    assert lax.tasks == lax.task_ids == strict.task_ids == []


async def test_every_candidate_of_a_sample_has_its_customer(streams: list[PlanStream]):
    made = await sample(streams)
    assert len(made.customers) == made.num_candidates
    assert {task.customer_id for task in made.tasks} <= set(made.customers)
