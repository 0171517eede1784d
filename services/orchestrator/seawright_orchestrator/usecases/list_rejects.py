"""List the drafts that a dataset version's runs refused, for a reason or for any."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.dataset_figures import reason_of
from seawright_orchestrator.usecases.stores import DatasetStore, KeyedReject, RejectKey
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.contracts.pages import Page
from seawright_shared.web.pages import PageParams, page_of, require_key

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Which rejects are asked for; None: any."""

    stage: str | None = None
    cause: str | None = None
    attribution: str | None = None

    def fits(self, reject: RejectedDraft) -> bool:
        """Return whether a reject is asked for."""
        wanted = (self.stage, self.cause, self.attribution)
        return all(
            value is None or value == found
            for value, found in zip(wanted, reason_of(reject), strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRejects:
    """Reads on until a page is full."""

    datasets: DatasetStore

    async def __call__(
        self, dataset_id: str, reason: Reason, params: PageParams
    ) -> Page[RejectedDraft]:
        """Return a page of the rejects that fit, by run and in the order of their making."""
        version = await self.datasets.get(dataset_id)
        key = require_key(params.after, (str, str, int, int))
        after = None if key is None else RejectKey.of(key)
        found: list[KeyedReject] = []
        async for one in rejects_of(self.datasets, version.synthesis_run_ids, after):
            if reason.fits(one.reject):
                found.append(one)
                if len(found) > params.limit:
                    break
        return page_of(found, params, lambda one: one.key.parts(), lambda one: one.reject)


async def rejects_of(
    datasets: DatasetStore, run_ids: Sequence[str], after: RejectKey | None = None
) -> AsyncGenerator[KeyedReject]:
    """Yield the rejects of runs behind a place, by run, stream, iteration and position."""
    while True:
        batch = await datasets.rejects_after(run_ids, after, BATCH)
        for one in batch:
            yield one
        if len(batch) < BATCH:
            return
        after = batch[-1].key
