"""Figures of engines and of what is served, and whether anything can be sampled at all."""

from collections.abc import Awaitable, Callable, Sequence

from seawright_policy.core.catalogue import Catalogue
from seawright_policy.core.replicas import Replica
from seawright_shared.telemetry.metrics import Meter

Check = Callable[[], Awaitable[str | None]]


def watch_versions(meter: Meter, catalogue: Catalogue) -> None:
    """Have the version that each model samples with among the service's metrics."""
    version = meter.gauge("version", "The version that each model samples with.", ["model"])

    async def refresh() -> None:
        version.clear()
        for serving in catalogue.servings.values():
            if serving.current is not None:
                version.labels(serving.name).set(serving.current)

    meter.refreshers.append(refresh)


def watch_replicas(meter: Meter, replicas: Sequence[Replica]) -> Check:
    """Have the engines' states among the metrics; the check fails when none of them works."""
    states = meter.gauge("replicas", "Engine servers by state.", ["state"])
    waiting = meter.gauge("engine_waiting_turns", "Turns that wait inside the engines.")
    waiting.set_function(lambda: sum(replica.num_waiting for replica in replicas))

    async def refresh() -> None:
        states.clear()
        for replica in replicas:
            states.labels(replica.state).inc()

    async def check() -> str | None:
        if any(replica.state != "ejected" for replica in replicas):
            return None
        return "; ".join(f"{replica.url}: {replica.reason}" for replica in replicas)

    meter.refreshers.append(refresh)
    return check
