"""Metrics: one registry per service instance, names `seawright_<service>_<thing>_<unit>`."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Meter:
    """Makes a service's metrics. Labels are few and closed: never ids."""

    def __init__(self, service: str, registry: CollectorRegistry | None = None) -> None:
        self.service = service
        self.registry = registry or CollectorRegistry()

    def counter(self, thing: str, says: str, labels: Sequence[str] = ()) -> Counter:
        """Return a count of `thing` since the start."""
        return Counter(self._name(thing), says, labels, registry=self.registry)

    def gauge(self, thing: str, says: str, labels: Sequence[str] = ()) -> Gauge:
        """Return a present value."""
        return Gauge(self._name(thing), says, labels, registry=self.registry)

    def histogram(
        self,
        thing: str,
        says: str,
        labels: Sequence[str] = (),
        buckets: Sequence[float] = SECONDS,
    ) -> Histogram:
        """Return a distribution, in the unit its name ends with."""
        return Histogram(self._name(thing), says, labels, registry=self.registry, buckets=buckets)

    def render(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        return generate_latest(self.registry)

    def _name(self, thing: str) -> str:
        return f"seawright_{self.service}_{thing}"
