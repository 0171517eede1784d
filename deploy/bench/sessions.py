"""Sessions of the environment over HTTP: how many at once, how quick, how small, how cheap to open.

    python deploy/bench/sessions.py [--sessions 2048] [--seconds 20] [--workers 1]

The service runs in a process of its own; this one plays the callers, each session on its own
connection. With thinking time a caller waits before each call, as one that samples from a model
does; without, every session always has a call in flight. tau2-bench's cost of constructing an
environment is recorded in `../shared/tau2/peer_speed.json`.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import random
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import uvloop

from seawright_environment.core.databases import Databases
from seawright_environment.core.sessions import OpenSession
from seawright_environment.core.world import World
from seawright_environment.domains import DOMAINS
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.ids import new_id

SIZES = (10, 1_000, 100_000, 1_000_000)
NUM_AT_REST = 20_000
NUM_WARMING = 200
THINK_SECONDS = (0.5, 1.5)
REF = {"domain": "retail", "source": "seed", "seed": 1, "num_customers": 1000}
PEER_CONSTRUCTION = {"airline": 0.118, "retail": 0.060}


class Connection(asyncio.Protocol):
    """One keep-alive HTTP/1.1 connection that knows just enough of the protocol."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._reply: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request in flight."""
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(exc or ConnectionError("closed by the service"))

    def data_received(self, data: bytes) -> None:
        """Hand a reply over once it is whole."""
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self._buffer[:head_end]).lower()
        found = head.find(b"content-length:")
        size = int(head[found + 15 :].split(b"\r\n", 1)[0]) if found >= 0 else 0
        end = head_end + 4 + size
        if len(self._buffer) < end or self._reply is None:
            return
        body = bytes(self._buffer[head_end + 4 : end])
        del self._buffer[:end]
        if not self._reply.done():
            self._reply.set_result((int(head[9:12]), body))

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Return status and body."""
        assert self._transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: bench\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        return await self._reply

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


@dataclass(slots=True)
class Tally:
    """What became of the calls."""

    seconds: list[float] = field(default_factory=list[float])
    num_failed: int = 0

    def quantile(self, share: float) -> float:
        """Return a latency quantile, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Shop:
    """What there is to ask for in the generated shop."""

    order_ids: Sequence[str]
    user_ids: Sequence[str]
    product_ids: Sequence[str]

    def call(self, jitter: random.Random) -> tuple[str, dict[str, str]]:
        """Return a call as an episode makes them: mostly reads, some writes and refusals."""
        draw = jitter.random()
        order_id = jitter.choice(self.order_ids)
        if draw < 0.4:
            return "get_order_details", {"order_id": order_id}
        if draw < 0.65:
            return "get_user_details", {"user_id": jitter.choice(self.user_ids)}
        if draw < 0.85:
            return "get_product_details", {"product_id": jitter.choice(self.product_ids)}
        reason = "no longer needed"
        return "cancel_pending_order", {"order_id": order_id, "reason": reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One session's caller."""

    goods: Shop
    connection: Connection
    path: str
    jitter: random.Random


def shop() -> Shop:
    """Return what the service's database holds."""
    tables = Databases(DOMAINS).load(DatabaseRef.model_validate(REF)).database.tables
    return Shop(
        order_ids=list(tables["orders"])[:2000],
        user_ids=list(tables["users"])[:1000],
        product_ids=list(tables["products"]),
    )


async def opened(connection: Connection) -> str:
    """Open a session and return its path."""
    asked = json.dumps({"database": REF}).encode()
    status, body = await connection.ask("POST", "/v1/env-sessions", asked)
    if status != 201:
        raise ConnectionError(f"a session was not opened: {status} {body[:200]!r}")
    return f"/v1/env-sessions/{json.loads(body)['id']}"


async def read_everything(connection: Connection, path: str, goods: Shop) -> None:
    """Have the service make the shop's entities, which it does when they are first read."""
    reads = [("get_order_details", {"order_id": each}) for each in goods.order_ids]
    reads += [("get_user_details", {"user_id": each}) for each in goods.user_ids]
    reads += [("get_product_details", {"product_id": each}) for each in goods.product_ids]
    forked = await connection.ask("POST", f"{path}/forks", b"{}")
    apart = json.loads(forked[1])["sessions"][0]["id"]
    for number, (name, arguments) in enumerate(reads):
        asked = {"call_id": str(number), "name": name, "arguments": arguments}
        content = json.dumps(asked).encode()
        status, _ = await connection.ask("POST", f"/v1/env-sessions/{apart}/tool-calls", content)
        assert status == 200
    await connection.ask("DELETE", f"/v1/env-sessions/{apart}")


async def play(caller: Caller, until: float, *, thinks: bool) -> Tally:
    """Call tools in an open session until the time is up, then close it."""
    tally, jitter, number = Tally(), caller.jitter, 0
    if thinks:
        await asyncio.sleep(jitter.uniform(0.0, THINK_SECONDS[1]))
    while time.perf_counter() < until:
        name, arguments = caller.goods.call(jitter)
        asked = {
            "call_id": str(number),
            "name": name,
            "arguments": arguments,
            "expected_version": number,
        }
        content = json.dumps(asked).encode()
        began = time.perf_counter()
        status, _ = await caller.connection.ask("POST", f"{caller.path}/tool-calls", content)
        tally.seconds.append(time.perf_counter() - began)
        tally.num_failed += status != 200
        number += 1
        if thinks:
            await asyncio.sleep(jitter.uniform(*THINK_SECONDS))
    status, _ = await caller.connection.ask("DELETE", caller.path)
    tally.num_failed += status != 204
    return tally


async def many(
    num: int, port: int, seconds: float, pids: Callable[[], Sequence[int]], *, thinks: bool
) -> dict[str, float]:
    """Play `num` sessions at once and return what was seen."""
    loop, goods = asyncio.get_running_loop(), shop()
    connections = [
        (await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(num)
    ]
    opening = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        opens = [group.create_task(opened(connection)) for connection in connections]
    await read_everything(connections[0], opens[0].result(), goods)
    callers = [
        Caller(goods=goods, connection=connection, path=task.result(), jitter=random.Random(number))  # noqa: S311
        for number, (connection, task) in enumerate(zip(connections, opens, strict=True))
    ]
    gc.freeze()
    cpu, began = sum(map(cpu_seconds, pids())), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(play(caller, began + seconds, thinks=thinks)) for caller in callers
        ]
    elapsed, cpu = time.perf_counter() - began, sum(map(cpu_seconds, pids())) - cpu
    for connection in connections:
        connection.close()
    found = [task.result() for task in tasks]
    whole = Tally(
        seconds=[each for tally in found for each in tally.seconds],
        num_failed=sum(tally.num_failed for tally in found),
    )
    num_calls = len(whole.seconds)
    return {
        "sessions": num,
        "all_opened_seconds": round(began - opening, 2),
        "sessions_without_any_failure_percent": round(
            100 * sum(not tally.num_failed for tally in found) / num, 3
        ),
        "calls": num_calls,
        "failed_calls": whole.num_failed,
        "calls_per_second": round(num_calls / elapsed, 1),
        "service_cpu_us_per_call": round(1e6 * cpu / num_calls, 1),
        "p50_ms": round(whole.quantile(0.5), 2),
        "p99_ms": round(whole.quantile(0.99), 2),
        "max_ms": round(whole.quantile(1.0), 2),
    }


async def at_rest(num: int, port: int, pids: Callable[[], Sequence[int]]) -> dict[str, float]:
    """Open `num` sessions with four calls each; return what each takes of the service's memory."""
    loop, goods, jitter = asyncio.get_running_loop(), shop(), random.Random(7)  # noqa: S311
    connections = [
        (await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(16)
    ]
    sessions: list[str] = []

    async def opens(connection: Connection, num_opened: int) -> None:
        sessions.extend([await opened(connection) for _ in range(num_opened)])

    async def calls(connection: Connection, mine: Iterator[str]) -> None:
        for path in mine:
            for number in range(4):
                name, arguments = goods.call(jitter)
                asked = {"call_id": str(number), "name": name, "arguments": arguments}
                content = json.dumps(asked).encode()
                status, _ = await connection.ask("POST", f"{path}/tool-calls", content)
                assert status == 200

    await opens(connections[0], NUM_WARMING)
    before = memory(pids())
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for connection in connections:
            group.create_task(opens(connection, num // len(connections)))
    seconds = time.perf_counter() - began
    fresh = memory(pids())
    mine = iter(sessions[NUM_WARMING:])
    async with asyncio.TaskGroup() as group:
        for connection in connections:
            group.create_task(calls(connection, mine))
    used = memory(pids())
    for connection in connections:
        connection.close()
    return {
        "sessions": num,
        "opens_per_second": round(num / seconds, 1),
        "kb_per_session_opened": round((fresh - before) / num / 1000, 2),
        "kb_per_session_after_4_calls": round((used - before) / num / 1000, 2),
    }


def memory(pids: Sequence[int]) -> int:
    """Return the resident bytes of these processes together."""
    total = 0
    for pid in pids:
        status = Path(f"/proc/{pid}/statm").read_text().split()
        total += int(status[1]) * resource.getpagesize()
    return total


def cpu_seconds(pid: int) -> float:
    """Return what a process used so far, start included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


@contextlib.contextmanager
def service(port: int, workers: int) -> Generator[Callable[[], list[int]]]:
    """Run the service; yields what returns its process ids."""
    settings = {
        "PORT": str(port),
        "WORKER_PROCESSES": str(workers),
        "MAX_SESSIONS": str(2 * NUM_AT_REST),
        "DRAIN_NOTICE_SECONDS": "0",
    }
    environ = os.environ | {f"SEAWRIGHT_ENVIRONMENT_{key}": text for key, text in settings.items()}  # noqa: TID251
    command = [sys.executable, "-c", "from seawright_environment.app import main; main()"]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield lambda: family(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def opening_costs(domain: str, runs: int = 5, loops: int = 2000) -> dict[str, float]:
    """Return the cost of opening a session at each size, in microseconds, medians."""
    databases, found = Databases(DOMAINS), dict[str, float]()
    for size in SIZES:
        base = databases.load(DatabaseRef(domain=domain, seed=3, num_customers=size))
        each: list[float] = []
        for _ in range(runs):
            began = time.perf_counter()
            for _ in range(loops):
                session = OpenSession(id=new_id("session"), world=World.open(base))
                session.world.state_hash()
            each.append((time.perf_counter() - began) / loops)
        found[str(size)] = round(1e6 * statistics.median(each), 2)
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def targets_of(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what was measured beside what it should be."""
    rows: dict[str, dict[str, Any]] = {}

    def add(name: str, here: float, sign: str, bound: float, unit: str) -> None:
        is_met = here >= bound if sign == ">=" else here < bound
        rows[name] = {"here": here, "target": f"{sign} {bound:g}{unit}", "is_met": is_met}

    for domain, by_size in found.get("open_us", {}).items():
        slowest, quickest = max(by_size.values()), min(by_size.values())
        cheaper = round(1e6 * PEER_CONSTRUCTION[domain] / slowest)
        add(f"{domain}: cheaper to open than at tau2-bench", cheaper, ">=", 1000, "x")
        growth = round(slowest / quickest, 2)
        add(f"{domain}: growth of opening with the database", growth, "<", 2, "x")
    if "thinking" in found:
        seen = found["thinking"]
        num = seen["sessions"]
        percent = seen["sessions_without_any_failure_percent"]
        add(f"{num} thinking sessions without any failure, %", percent, ">=", 100, " %")
        add(f"{num} thinking sessions, p99 of a call, ms", seen["p99_ms"], "<", 250, " ms")
    if "at_rest" in found:
        kilobytes = found["at_rest"]["kb_per_session_after_4_calls"]
        add("a session at rest after four calls, KB", kilobytes, "<", 50, " KB")
    return rows


def main() -> None:
    """Print the tables, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=2048)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--at-rest", type=int, default=NUM_AT_REST)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", choices=["open", "load", "memory"])
    given = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 3 * given.sessions)), hard))
    found: dict[str, object] = {"workers": given.workers}
    if given.only in {None, "open"}:
        found["open_us"] = costs = {
            name: opening_costs(name) for name in sorted(DOMAINS) if name in PEER_CONSTRUCTION
        }
        for name, by_size in costs.items():
            ratio = round(1e6 * PEER_CONSTRUCTION[name] / max(by_size.values()))
            print(f"open, {name}, us by customers: {by_size}; tau2-bench / slowest: {ratio}x")
    if given.only in {None, "load"}:
        for label, thinks in (("thinking", True), ("storm", False)):
            port = free_port()
            with service(port, given.workers) as pids:
                found[label] = seen = uvloop.run(
                    many(given.sessions, port, given.seconds, pids, thinks=thinks)
                )
            print(f"{label}: {seen}")
    if given.only in {None, "memory"}:
        port = free_port()
        with service(port, given.workers) as pids:
            found["at_rest"] = seen = uvloop.run(at_rest(given.at_rest, port, pids))
        print(f"at rest: {seen}")
    found["targets"] = targets = targets_of(found)
    for name, row in targets.items():
        print(
            f"{name:50} {row['here']:>10} {row['target']:>10}  {'' if row['is_met'] else 'missed'}"
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
