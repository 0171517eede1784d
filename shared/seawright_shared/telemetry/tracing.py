"""Traces: spans where a tracer was set for the process, and nothing at all where none was.

An episode's trace has an id that follows from the episode's own: whoever knows the episode finds
the trace, and an episode that is played again after a crash is in the same one.
"""

import hashlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Span,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from seawright_shared.errors import SeawrightError
from seawright_shared.telemetry import conventions

Attributes = Mapping[str, str | int | float | bool]

TRACER: ContextVar[Tracer | None] = ContextVar("seawright_tracer", default=None)
"""What makes spans in this process; `tracing` sets it before the event loop starts."""
TRACE_ID: ContextVar[int | None] = ContextVar("seawright_trace_id", default=None)
"""The id of the trace that is about to begin; None: any."""
_PROPAGATOR = TraceContextTextMapPropagator()


@contextmanager
def span(name: str, attributes: Attributes | None = None) -> Generator[Span]:
    """Measure the block as a part of what is under way; a fault within it marks the span."""
    with _opened(name, SpanKind.INTERNAL, attributes, None) as opened:
        yield opened


@contextmanager
def served_span(name: str, headers: Mapping[str, str], attributes: Attributes) -> Generator[Span]:
    """Measure a request that is served, as a part of what its caller does."""
    parent = _PROPAGATOR.extract(dict(headers)) if TRACER.get() is not None else None
    with _opened(name, SpanKind.SERVER, attributes, parent) as opened:
        yield opened


@contextmanager
def episode_span(episode_id: str, domain: str, attributes: Attributes) -> Generator[Span]:
    """Measure a whole episode, as the root of its trace."""
    token = TRACE_ID.set(trace_id_of(episode_id))
    known = {conventions.EPISODE: episode_id, conventions.OPERATION: "invoke_agent"}
    try:
        with _opened(
            f"invoke_agent {domain}", SpanKind.INTERNAL, {**known, **attributes}, Context()
        ) as opened:
            yield opened
    finally:
        TRACE_ID.reset(token)


def trace_headers() -> dict[str, str]:
    """Return what a call to a peer carries, so that its spans join ours (W3C Trace Context)."""
    if TRACER.get() is None or not get_current_span().get_span_context().is_valid:
        return {}
    headers: dict[str, str] = {}
    _PROPAGATOR.inject(headers)
    return headers


def trace_id_of(episode_id: str) -> int:
    """Return the id of an episode's trace; never zero, which means none."""
    return int.from_bytes(hashlib.sha256(episode_id.encode()).digest()[:16], "big") or 1


@contextmanager
def _opened(
    name: str, kind: SpanKind, attributes: Attributes | None, context: Context | None
) -> Generator[Span]:
    tracer = TRACER.get()
    if tracer is None:
        yield INVALID_SPAN
        return
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        trace = format(opened.get_span_context().trace_id, "032x")
        with structlog.contextvars.bound_contextvars(trace_id=trace):
            try:
                yield opened
            except SeawrightError as error:
                failed(opened, error.code)
                raise
            except Exception as error:
                failed(opened, type(error).__name__)
                raise


def failed(opened: Span, kind: str) -> None:
    """Mark a span as failed, by the kind of failure: messages may hold what no trace should."""
    opened.set_attribute(conventions.FAULT, kind)
    opened.set_status(Status(StatusCode.ERROR, kind))
