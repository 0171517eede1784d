"""Sends a process's spans to an OTLP/HTTP collector; the only place that loads an SDK."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from seawright_shared.telemetry.tracing import TRACE_ID, TRACER


class KnownIds(RandomIdGenerator):
    """Random ids, but that of a trace whose id is known beforehand."""

    def generate_trace_id(self) -> int:
        """Return the id that the next trace shall have."""
        return TRACE_ID.get() or super().generate_trace_id()


@contextmanager
def tracing_to(
    processor: SpanProcessor, service: str, *, sample_ratio: float = 1.0
) -> Generator[None]:
    """Make spans until the block ends, and hand over those that wait."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(sample_ratio)),
        resource=Resource.create({"service.namespace": "seawright", "service.name": service}),
        id_generator=KnownIds(),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    token = TRACER.set(provider.get_tracer("seawright"))
    try:
        yield
    finally:
        TRACER.reset(token)
        provider.shutdown()


@contextmanager
def tracing_over_otlp(service: str, endpoint: str, sample_ratio: float) -> Generator[None]:
    """Make spans and send them in batches; a collector that is away costs traces, nothing else."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    with tracing_to(BatchSpanProcessor(exporter), service, sample_ratio=sample_ratio):
        yield
