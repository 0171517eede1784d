"""Metrics: one registry per service instance, names `seawright_<service>_<thing>_<unit>`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from structlog.stdlib import get_logger

from seawright_shared.errors import SeawrightError

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
REFRESH_SECONDS = 3.0
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Meter:
    """Makes a service's metrics. Labels are few and closed: never ids."""

    def __init__(self, service: str, registry: CollectorRegistry | None = None) -> None:
        self.service = service
        self.registry = registry or CollectorRegistry()
        self.refreshers: list[Callable[[], Awaitable[None]]] = []
        """Called before metrics are read: for numbers that have to be asked for."""

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

    async def refresh(self) -> None:
        """Ask for the numbers that have to be asked for; those that cannot be told are left out."""
        for refresher in self.refreshers:
            try:
                async with asyncio.timeout(REFRESH_SECONDS):
                    await refresher()
            except (SeawrightError, TimeoutError) as error:
                get_logger().warning("metrics.stale", service=self.service, why=str(error))

    def render(self) -> bytes:
        """Return all metrics as Prometheus reads them."""
        return generate_latest(self.registry)

    def _name(self, thing: str) -> str:
        return f"seawright_{self.service}_{thing}"
