"""Batches and traces in the blob store, with the last few batches kept decoded."""

import asyncio
from collections import OrderedDict

from seawright_shared.stores.blobs import Blobs
from seawright_shared.stores.traces import TokenTrace, decode_trace
from seawright_trainer.adapters.batch_codec import decode_batch, encode_batch
from seawright_trainer.core.batches import StepBatch

NUM_KEPT = 2
"""Rendered datasets of runs in progress; each is read once per step."""


class BlobBatches:
    """Coding leaves the event loop: a dataset is tens of megabytes."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._kept: OrderedDict[str, StepBatch] = OrderedDict()

    async def put(self, batch: StepBatch) -> str:
        """Store a batch and return its reference."""
        return await self._blobs.put(await asyncio.to_thread(encode_batch, batch))

    async def get(self, reference: str) -> StepBatch:
        """Return a stored batch."""
        if reference not in self._kept:
            blob = await self._blobs.get(reference)
            self._kept[reference] = await asyncio.to_thread(decode_batch, blob)
        self._kept.move_to_end(reference)
        while len(self._kept) > NUM_KEPT:
            self._kept.popitem(last=False)
        return self._kept[reference]

    async def trace(self, reference: str) -> TokenTrace:
        """Return a rollout's token trace."""
        blob = await self._blobs.get(reference)
        return await asyncio.to_thread(decode_trace, blob)
