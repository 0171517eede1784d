"""What a pool's workers measure, among the front's own metrics: each line names its worker."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector, CollectorRegistry

LABEL = "worker"
"""A worker that is started again counts from 0, as its own series: sums over workers stay right."""


class PoolMetrics(Collector):
    """Holds the workers' last metrics; what the front measures itself is its own to tell."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._families: list[Metric] = []
        registry.register(self)

    def replace(self, texts: Mapping[int, str]) -> None:
        """Take in each worker's metrics, as it renders them."""
        self._families = []
        own = {metric.name for metric in self._registry.collect()}
        families: dict[str, Metric] = {}
        for worker, text in sorted(texts.items()):
            for family in text_string_to_metric_families(text):
                if family.name not in own:
                    known = families.setdefault(family.name, _empty(family))
                    _add(known, family, str(worker))
        self._families = list(families.values())

    def collect(self) -> Iterable[Metric]:
        """Return the workers' metrics."""
        return self._families

    def describe(self) -> Iterator[Metric]:
        """Claim no names: they are known when the workers have told them."""
        return iter(())


def _empty(family: Metric) -> Metric:
    return Metric(family.name, family.documentation, family.type, family.unit)


def _add(known: Metric, family: Metric, worker: str) -> None:
    for sample in family.samples:
        labels = {**sample.labels, LABEL: worker}
        known.samples.append(sample._replace(labels=labels))
