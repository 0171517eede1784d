"""Bells over Redis Streams: one stream per kind, one consumer group for all workers.

A stream is never trimmed by length: that loses bells nobody answered yet. Answered bells are
acknowledged and deleted, so a stream is as long as what waits. Needs Redis 6.2 or Valkey.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from redis.typing import KeyT, StreamIdT

from seawright_shared.errors import UnavailableError
from seawright_shared.jobs.doorbell import Bell

GROUP = "workers"
RECLAIM_SECONDS = 60.0
"""A bell that was heard and not settled for so long rings again."""
MALFORMED = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What its client and the readers below raise of an answer in the wrong shape."""
Entry = tuple[str, Mapping[str, str] | None]


class RedisDoorbell:
    """Bells of one service, under `seawright:<service>:bells:<kind>`."""

    def __init__(
        self, redis: Redis, service: str, consumer: str, *, reclaim_seconds: float = RECLAIM_SECONDS
    ) -> None:
        self._redis = redis
        self._service = service
        self._consumer = consumer
        self._reclaim_seconds = reclaim_seconds

    async def ring(self, bells: Sequence[Bell]) -> None:
        """Announce work."""
        if not bells:
            return
        async with self._reached(), self._redis.pipeline(transaction=False) as pipeline:
            for bell in bells:
                pipeline.xadd(self._stream(bell.kind), {"job_id": bell.job_id, "v": "1"})
            await pipeline.execute()

    async def wait(
        self, kinds: Sequence[str], *, limit: int, timeout_seconds: float
    ) -> Sequence[Bell]:
        """Return up to `limit` bells, as soon as there is one; none when the time is over."""
        if not kinds:
            # A replica that only serves its API: no stream is read, which Redis calls a fault.
            await asyncio.sleep(timeout_seconds)
            return []
        async with self._reached():
            old = await self._reclaimed(kinds, limit)
            if old:
                return old
            return await self._read(kinds, limit, max(1, int(timeout_seconds * 1000)))

    async def settle(self, bells: Sequence[Bell]) -> None:
        """Acknowledge and delete bells that were answered."""
        if not bells:
            return
        async with self._reached(), self._redis.pipeline(transaction=False) as pipeline:
            for bell in bells:
                pipeline.xack(self._stream(bell.kind), GROUP, bell.receipt)
                pipeline.xdel(self._stream(bell.kind), bell.receipt)
            await pipeline.execute()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    def _stream(self, kind: str) -> str:
        return f"seawright:{self._service}:bells:{kind}"

    async def _read(self, kinds: Sequence[str], limit: int, milliseconds: int) -> Sequence[Bell]:
        by_stream = {self._stream(kind): kind for kind in kinds}
        streams: dict[KeyT, StreamIdT] = dict.fromkeys(by_stream, ">")
        try:
            reply = await self._redis.xreadgroup(
                GROUP, self._consumer, streams, count=limit, block=milliseconds
            )
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self._make_groups(kinds)
            return []
        read = cast("Sequence[tuple[str, Sequence[Entry]]]", reply or [])
        return [
            Bell(kind=by_stream[stream], job_id=(fields or {}).get("job_id", ""), receipt=receipt)
            for stream, entries in read
            for receipt, fields in entries
        ]

    async def _reclaimed(self, kinds: Sequence[str], limit: int) -> Sequence[Bell]:
        """Return bells whose hearer died before it settled them."""
        idle = int(self._reclaim_seconds * 1000)
        for kind in kinds:
            stream = self._stream(kind)
            try:
                reply = await self._redis.xautoclaim(
                    stream, GROUP, self._consumer, idle, count=limit
                )
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                await self._make_groups([kind])
                continue
            entries = cast("Sequence[Entry]", reply[1])
            if entries:
                return [
                    Bell(kind=kind, job_id=(fields or {}).get("job_id", ""), receipt=receipt)
                    for receipt, fields in entries
                ]
        return []

    async def _make_groups(self, kinds: Sequence[str]) -> None:
        """Make the groups, from the streams' beginning: bells that came first are heard."""
        for kind in kinds:
            try:
                await self._redis.xgroup_create(self._stream(kind), GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    @asynccontextmanager
    async def _reached(self) -> AsyncGenerator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            raise UnavailableError(f"Redis is unavailable: {error}") from error
        except MALFORMED as error:
            raise UnavailableError("Redis answers as no Redis does") from error
