from hypothesis import given
from hypothesis import strategies as st

from seawright_console.usecases.gather_findings import mixed
from tests.unit.console import made_up


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 6))
def test_chosen_episodes_are_of_different_tasks_where_outcomes_agree(oks: list[bool], most: int):
    episodes = [made_up.episode(n, is_ok=ok, task_id=f"task_{n % 3}") for n, ok in enumerate(oks)]
    chosen = mixed(episodes, most)
    assert len(chosen) <= most
    keys = [(it.task_id, it.verdict.ok) for it in chosen if it.verdict]
    assert len(keys) == len(set(keys))


def test_failures_and_successes_take_turns_failures_first():
    episodes = [made_up.episode(n, is_ok=n >= 2) for n in range(4)]
    assert [it.verdict.ok for it in mixed(episodes, 3) if it.verdict] == [False, True, False]


def test_an_episode_without_a_verdict_is_not_chosen():
    running = made_up.episode(1).model_copy(update={"verdict": None})
    assert mixed([running], 5) == []
