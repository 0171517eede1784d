"""A collector of traces that tells what it was sent, over OTLP and HTTP."""

import gzip
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSpan:
    """What the collector was sent of one span; ids are hexadecimal, a root's `parent` is empty."""

    service: str
    name: str
    trace: str
    id: str
    parent: str


@contextmanager
def otlp_spans() -> Generator[tuple[str, list[SentSpan]]]:
    """Yield the collector's address, and the spans that it was sent."""
    spans: list[SentSpan] = []

    def keep(body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            known = {a.key: a.value.string_value for a in resource.resource.attributes}
            spans.extend(
                SentSpan(
                    service=known["service.name"],
                    name=each.name,
                    trace=each.trace_id.hex(),
                    id=each.span_id.hex(),
                    parent=each.parent_span_id.hex(),
                )
                for scope in resource.scope_spans
                for each in scope.spans
            )

    with _collecting(keep) as url:
        yield url, spans


@contextmanager
def otlp_collector() -> Generator[tuple[str, list[tuple[str, str]]]]:
    """Yield the collector's address, and the (service, span) pairs that it was sent."""
    spans: list[tuple[str, str]] = []

    def keep(body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            known = {a.key: a.value.string_value for a in resource.resource.attributes}
            for scope in resource.scope_spans:
                spans.extend((known["service.name"], each.name) for each in scope.spans)

    with _collecting(keep) as url:
        yield url, spans


@contextmanager
def otlp_bytes() -> Generator[tuple[str, list[bytes]]]:
    """Yield the collector's address, and all that it was sent, as it came."""
    bodies: list[bytes] = []
    with _collecting(bodies.append) as url:
        yield url, bodies


@contextmanager
def _collecting(keep: Callable[[bytes], None]) -> Generator[str]:
    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            assert self.path == "/v1/traces"
            keep(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
