from seawright_console.core.report import Findings, report_of
from seawright_console.core.synthesis_figures import (
    attribution_rows,
    causes_by_iteration,
    causes_figure,
    coverage_figure,
    funnel_figure,
    prediction_figure,
)
from seawright_shared.contracts.orchestrator import StreamState
from seawright_shared.records.jobs import JobStatus
from tests.unit.console import made_up

STREAMS = [made_up.stream(0), made_up.stream(1)]
FRESH = StreamState(id="s", index=0, status=JobStatus.QUEUED, iteration=0)


def test_causes_are_summed_over_streams_iteration_by_iteration():
    found = causes_by_iteration([STREAMS[0], STREAMS[1].model_copy(update={"iterations": []})])
    assert found == [report.causes for report in STREAMS[0].iterations]
    both = causes_by_iteration(STREAMS)
    name = "exec:Non-pending order cannot be cancelled"
    assert both[0][name] == sum(stream.iterations[0].causes[name] for stream in STREAMS)


def test_causes_beyond_the_most_frequent_are_kept_together():
    svg = causes_figure([{f"cause {at:02}": 100 - at for at in range(20)}])
    assert "cause 13" in svg
    assert "cause 14" not in svg
    assert f">{sum(100 - at for at in range(14, 20)):,}<" in svg


def test_coverage_adds_up_disclosures_and_tells_tiers_apart():
    svg = coverage_figure(
        {"cancel|fulfil|1|upfront": 2, "cancel|fulfil|1|on_ask": 3, "cancel|fulfil|2|on_ask": 4}
    )
    assert svg is not None
    assert "cancel, fulfil 1: 5" in svg
    assert "cancel, fulfil 2: 4" in svg
    assert coverage_figure({}) is None


def test_predictions_are_drawn_where_they_were_observed():
    svg = prediction_figure(STREAMS)
    assert svg is not None
    assert svg.count("<title>observed") == 3
    assert prediction_figure([FRESH]) is None


def test_blame_is_counted_by_iteration_and_in_all():
    first = attribution_rows(STREAMS)[0]
    assert first[0] == "TASK"
    assert sum(first[1]) == first[2]


def test_a_run_that_has_just_begun_has_a_page():
    report = made_up.synthesis().model_copy(update={"streams": [FRESH]})
    part = report_of(Findings(title="t", syntheses=[report])).syntheses[0]
    assert part.coverage_figure is None
    assert part.attributions == []
    assert "candidates" in funnel_figure([])
