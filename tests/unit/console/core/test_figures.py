from seawright_console.core.figures import (
    metric_figure,
    moving_mean,
    pooled_yields,
    rule_spans,
    rule_text,
    yield_rows,
)
from seawright_shared.contracts.orchestrator import StreamState
from tests.unit.console import made_up


def test_pooled_yield_weighs_streams_by_their_candidates():
    streams = [made_up.stream(0), made_up.stream(1)]
    first = [stream.iterations[0] for stream in streams]
    expected = sum(it.num_accepted for it in first) / sum(it.num_candidates for it in first)
    assert pooled_yields(streams)[0] == expected


def test_a_stream_that_is_behind_leaves_its_cells_empty():
    ahead, behind = made_up.stream(0), made_up.stream(1)
    behind = behind.model_copy(update={"iterations": behind.iterations[:2]})
    rows = yield_rows([ahead, behind])
    assert rows[1][2] != "-"
    assert rows[2][2] == "-"


def test_a_rule_lives_from_its_first_plan_to_its_last():
    spans = {span.label: span for span in rule_spans(made_up.stream(0))}
    gone = spans["cancel_pending_order: order.status != pending0"]
    assert (gone.start, gone.end, gone.is_open) == (0, 2, False)
    kept = spans["cancel_pending_order: order.status != pending1"]
    assert (kept.start, kept.end, kept.is_open) == (1, 3, True)


def test_a_retired_rule_is_not_alive():
    plan = made_up.plan(0, 0, [made_up.rule(1, status="retired")])
    stream = made_up.stream(0).model_copy(update={"plans": [plan]})
    assert rule_spans(stream) == []


def test_a_stream_without_plans_has_no_rules():
    empty = StreamState(id="s", index=0, status=made_up.JobStatus.QUEUED, iteration=0)
    assert rule_spans(empty) == []


def test_a_rule_reads_as_scope_and_tests():
    assert rule_text(made_up.rule(1)) == "cancel_pending_order: order.status != pending1"


def test_a_rolled_back_step_is_not_drawn():
    _, steps = made_up.training(num_steps=3)
    lost = [steps[0].model_copy(update={"rolled_back": True}), *steps[1:]]
    svg = metric_figure(lost, "loss", title="loss")
    assert svg is not None
    assert "step 1:" not in svg
    assert "step 2:" in svg


def test_a_metric_that_no_step_has_is_not_drawn():
    _, steps = made_up.training(num_steps=3)
    assert metric_figure(steps, "absent", title="absent") is None


def test_a_moving_mean_begins_with_the_first_full_window():
    points = [(float(n), float(n)) for n in range(1, 6)]
    assert moving_mean(points, 3) == [(3.0, 2.0), (4.0, 3.0), (5.0, 4.0)]
