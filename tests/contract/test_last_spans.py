"""A service that is told to end hands over the spans that wait, and ends well."""

import httpx
import pytest

from tests.support.collector import otlp_collector
from tests.support.serving import served


def test_the_last_spans_reach_the_collector(monkeypatch: pytest.MonkeyPatch):
    with otlp_collector() as (url, spans):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        with served() as service:
            traced = {"traceparent": f"00-{1:032x}-{1:016x}-01"}
            httpx.get(f"{service.url}/v1/env-sessions/none", headers=traced, trust_env=False)
            assert not spans, "they wait for a batch"
            assert service.stop() == 0
        assert {name for name, _ in spans} == {"environment"}
