"""What comes from Redis: whoever writes there may ring, lie or be no Redis, and ends no worker."""

import asyncio
import json
from collections.abc import Mapping

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from seawright_shared.jobs.doorbell import Bell
from seawright_shared.jobs.redis_doorbell import RedisDoorbell
from seawright_shared.stores.redis import open_redis
from tests.fuzz.target import Target

STREAM = b"seawright:fuzz:bells:work"
NOTHING_OLD = b"*3\r\n$3\r\n0-0\r\n*0\r\n*0\r\n"
NOTHING_NEW = b"*-1\r\n"
RECEIPT = b"1-0"


def bulk(text: bytes) -> bytes:
    """Return a string as Redis sends it."""
    return b"$%d\r\n%b\r\n" % (len(text), text)


def array(*items: bytes) -> bytes:
    """Return a list as Redis sends it."""
    return b"*%d\r\n" % len(items) + b"".join(items)


def by_stream(*entries: bytes) -> bytes:
    """Return new entries as Redis sends them: a map by stream."""
    return b"%1\r\n" + bulk(STREAM) + array(*entries)


def entry(*fields: bytes) -> bytes:
    """Return an entry of a stream."""
    return array(bulk(RECEIPT), array(*(bulk(field) for field in fields)))


async def heard(old: bytes, new: bytes) -> list[Bell]:
    """Return the bells that a doorbell hears, and settles, where Redis answers with these bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while words := await command(reader):
            name = words[0].upper()
            known = {b"XAUTOCLAIM": old, b"XREADGROUP": new, b"PING": b"+PONG\r\n"}
            writer.write(known.get(name, b"+OK\r\n"))
            await writer.drain()
            if name == b"XREADGROUP" or (name == b"XAUTOCLAIM" and old != NOTHING_OLD):
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    redis = open_redis(f"redis://127.0.0.1:{port}")
    redis.set_retry(Retry(NoBackoff(), 0))
    doorbell = RedisDoorbell(redis, "fuzz", "me")
    try:
        return list(await doorbell.wait(["work"], limit=10, timeout_seconds=0.01))
    finally:
        await doorbell.aclose()
        server.close()
        await server.wait_closed()


async def command(reader: asyncio.StreamReader) -> list[bytes]:
    """Return the words of a client's command; none when it has gone."""
    try:
        num = int((await reader.readline())[1:] or b"0")
        words: list[bytes] = []
        for _ in range(num):
            size = int((await reader.readline())[1:])
            words.append((await reader.readexactly(size + 2))[:-2])
    except (ValueError, OSError, asyncio.IncompleteReadError):
        return []
    return words


def are_bells(bells: list[Bell]) -> None:
    """Whatever rang, a worker can look for it and settle it."""
    for bell in bells:
        assert bell.kind == "work"
        json.dumps([bell.job_id, bell.receipt])


def rung(data: bytes) -> None:
    """Feed the fields of an entry, a line each, that somebody else wrote."""
    fields = data.split(b"\n")
    fields = fields[: len(fields) // 2 * 2]
    are_bells(asyncio.run(heard(NOTHING_OLD, by_stream(entry(*fields)))))


def new_entries(data: bytes) -> None:
    """Feed the whole answer to a question for new entries."""
    are_bells(asyncio.run(heard(NOTHING_OLD, data)))


def old_entries(data: bytes) -> None:
    """Feed the whole answer to a question for entries of the dead."""
    are_bells(asyncio.run(heard(data, NOTHING_NEW)))


BELL = entry(b"job_id", b"job_1", b"v", b"1")
TARGETS: Mapping[str, Target] = {
    "redis_entry": Target(feed=rung, seeds=[b"job_id\njob_1\nv\n1", b"v\n2"]),
    "redis_new": Target(feed=new_entries, seeds=[by_stream(BELL), NOTHING_NEW]),
    "redis_old": Target(
        feed=old_entries, seeds=[array(bulk(b"0-0"), array(BELL), array()), NOTHING_OLD]
    ),
}
