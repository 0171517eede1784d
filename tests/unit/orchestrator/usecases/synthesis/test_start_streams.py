import pytest

from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.errors import InvalidRequestError
from tests.unit.orchestrator.usecases.synthesis.toy_shop import DOMAIN, GOALS, spec


def test_streams_start_open_with_one_plan_pair_each_and_ids_of_their_run():
    streams = start_streams("run_1", spec(num_streams=3), DOMAIN)
    assert [stream.index for stream in streams] == [0, 1, 2]
    assert all(stream.status == "open" and stream.iteration == 0 for stream in streams)
    assert all(set(stream.plan.goals) == set(GOALS) for stream in streams)
    others = start_streams("run_2", spec(num_streams=3), DOMAIN)
    assert not {stream.id for stream in streams} & {stream.id for stream in others}


def test_only_the_asked_goals_are_drawn():
    (stream,) = start_streams("run_1", spec(goals=["cancel"]), DOMAIN)
    assert set(stream.plan.goals) == {"cancel"}


def test_an_unknown_goal_type_is_named():
    with pytest.raises(InvalidRequestError) as caught:
        start_streams("run_1", spec(goals=["cancel", "fly"]), DOMAIN)
    assert caught.value.errors[0].pointer == "/goals/1"
