"""Spans: none where no tracer was set; known ids, joined parents and marked faults where one is."""

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from seawright_shared.errors import NotFoundError
from seawright_shared.telemetry.exporting import tracing_over_otlp, tracing_to
from seawright_shared.telemetry.settings import TelemetrySettings
from seawright_shared.telemetry.tracing import (
    episode_span,
    served_span,
    span,
    trace_headers,
    trace_id_of,
)
from tests.support.collector import otlp_collector


def ids(each: ReadableSpan) -> tuple[int, int]:
    """Return a span's trace and its own id."""
    assert each.context is not None
    return each.context.trace_id, each.context.span_id


def test_without_a_tracer_no_header_is_sent_and_no_span_made():
    with span("nothing") as opened, episode_span("ep_1", "retail", {}):
        assert trace_headers() == {}
        assert not opened.is_recording()


def test_two_plays_of_an_episode_are_two_roots_of_one_trace():
    exporter = InMemorySpanExporter()
    with tracing_to(SimpleSpanProcessor(exporter), "test"), span("job"):
        for _ in range(2):
            with episode_span("ep_1", "retail", {}):
                pass
    first, second, job = exporter.get_finished_spans()
    assert first.parent is second.parent is None
    assert ids(first)[0] == ids(second)[0] == trace_id_of("ep_1")
    assert ids(job)[0] != ids(first)[0]


def test_a_request_joins_its_callers_trace():
    exporter = InMemorySpanExporter()
    with tracing_to(SimpleSpanProcessor(exporter), "test"):
        with span("caller"):
            headers = trace_headers()
        with served_span("GET", headers, {}):
            pass
    caller, served = exporter.get_finished_spans()
    assert served.parent is not None
    assert served.parent.span_id == ids(caller)[1]


def test_a_fault_marks_its_span_by_its_code_and_not_by_its_words():
    exporter = InMemorySpanExporter()
    with (
        tracing_to(SimpleSpanProcessor(exporter), "test"),
        pytest.raises(NotFoundError),
        span("look"),
    ):
        raise NotFoundError("no order of Mia Li", {})
    (look,) = exporter.get_finished_spans()
    assert look.attributes is not None
    assert look.attributes["error.type"] == "not-found"
    assert "Mia" not in look.to_json()


def test_an_episode_is_kept_or_dropped_as_a_whole():
    exporter = InMemorySpanExporter()
    with tracing_to(SimpleSpanProcessor(exporter), "test", sample_ratio=0.5):
        for number in range(200):
            with episode_span(f"ep_{number}", "retail", {}), span("user_turn"):
                pass
    by_trace: dict[int, int] = {}
    for each in exporter.get_finished_spans():
        by_trace[ids(each)[0]] = by_trace.get(ids(each)[0], 0) + 1
    assert set(by_trace.values()) == {2}
    assert 60 < len(by_trace) < 140


def test_a_collector_is_sent_what_was_measured():
    with otlp_collector() as (endpoint, spans):
        with tracing_over_otlp("orchestrator", endpoint, 1.0), span("verify"):
            pass
        assert spans == [("orchestrator", "verify")]


def test_nothing_is_sent_unless_an_endpoint_is_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert TelemetrySettings().endpoint == ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    assert TelemetrySettings().endpoint == "http://collector:4318"
