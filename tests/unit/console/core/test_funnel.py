from hypothesis import given
from hypothesis import strategies as st

from seawright_console.core.funnel import funnel, funnel_rows, usage_rows, whole_iterations
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.reports import IterationReport, StageUsage
from tests.unit.console import made_up

STAGES = ("rollout", "policy", "schema", "execution", "anything new")


@given(
    stopped=st.dictionaries(st.sampled_from(STAGES), st.integers(0, 50)), accepted=st.integers(0, 9)
)
def test_who_is_left_in_the_end_was_accepted(stopped: dict[str, int], accepted: int):
    report = IterationReport(
        stream_id="s",
        iteration=0,
        plan_id="p",
        num_candidates=sum(stopped.values()) + accepted,
        num_accepted=accepted,
        stages=stopped,
    )
    steps = funnel([report, report])
    left = steps[-1].num_left if steps else 2 * report.num_candidates
    assert left == 2 * accepted
    assert funnel_rows([report, report])[-1] == ["accepted", "", "", str(2 * accepted)]


def test_stages_stand_in_the_order_in_which_they_are_run():
    report = made_up.iteration(0, 0, 0.5).model_copy(
        update={"stages": {"anything new": 1, "rollout": 1, "execution": 1, "schema": 1}}
    )
    assert [step.stage for step in funnel([report])] == [
        "schema",
        "execution",
        "rollout",
        "anything new",
    ]


def test_what_a_model_cost_is_divided_by_what_was_accepted():
    usage = StageUsage(num_calls=2, num_prompt_tokens=100, num_sampled_tokens=20, dollars=0.5)
    report = made_up.iteration(0, 0, 0.1).model_copy(update={"usage": {"verify": usage}})
    rows = usage_rows([report, report])
    assert rows[0] == ["verify", "4", "0", "200", "40", "1.0000"]
    assert rows[-1][3:] == ["12 in all", "", "0.0500"]
    assert usage_rows([made_up.iteration(0, 0, 0.1)]) == []


def test_an_iteration_is_whole_when_every_stream_that_runs_has_done_it():
    ahead = made_up.stream(0).model_copy(update={"status": JobStatus.RUNNING})
    behind = ahead.model_copy(update={"iterations": ahead.iterations[:3]})
    ended = behind.model_copy(update={"status": JobStatus.SUCCEEDED})
    assert whole_iterations([ahead, behind]) == 3
    assert whole_iterations([ahead, ended]) == len(ahead.iterations)
    assert whole_iterations([]) == 0
