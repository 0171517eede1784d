"""Report how foreign tasks overlap a benchmark's splits."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_environment.core.databases import Databases
from seawright_environment.core.decontamination import Measure, contamination, own_names, traits
from seawright_environment.core.json_values import JsonObject
from seawright_environment.usecases.list_tau2_tasks import Tau2Source, split_documents
from seawright_shared.records.contamination import ContaminationReport
from seawright_shared.records.domains import DatabaseRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContamination:
    """The benchmark is tau2-bench's own data; its database tells which ids are names."""

    databases: Databases
    source: Tau2Source

    async def __call__(
        self,
        domain: str,
        documents: Sequence[JsonObject],
        splits: Sequence[str],
        measure: Measure,
    ) -> ContaminationReport:
        """Return the report, or raise `NotFoundError` where tau2-bench's data is not here."""
        return await asyncio.to_thread(self._report, domain, documents, splits, measure)

    def _report(
        self,
        domain: str,
        documents: Sequence[JsonObject],
        splits: Sequence[str],
        measure: Measure,
    ) -> ContaminationReport:
        base = self.databases.load(DatabaseRef(domain=domain, source="tau2"))
        foreign = [
            traits(document, measure, f"/documents/{index}")
            for index, document in enumerate(documents)
        ]
        benchmark = {
            split: [
                traits(document, measure)
                for document in split_documents(self.source, base.content.tau2_data, split)
            ]
            for split in splits
        }
        names = own_names(base.database.tables)
        return contamination(foreign, benchmark, measure, domain=domain, known_names=names)
