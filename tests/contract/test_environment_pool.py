"""Worker processes behind one address, and the end of the service, over real HTTP."""

import os
import signal
import threading
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from seawright_environment.core.sessions import worker_of
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import SessionRequest, VerificationRequest
from seawright_shared.errors import NotFoundError, SessionLostError
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.trajectories import StopReason
from tests.contract.test_environment import REF, cancel, pending_order
from tests.contract.test_environment_sessions import accepted_task
from tests.support.serving import Served, served

OPEN_SESSIONS = "seawright_environment_open_sessions"
TOOL_SECONDS = "seawright_environment_tool_call_seconds"
REQUESTS = "seawright_environment_http_request_duration_seconds"
READ = ToolCall(id="r", name="list_all_product_types")


@asynccontextmanager
async def client_of(service: Served) -> AsyncGenerator[EnvironmentClient]:
    peer = Peer(service.url, timeout_seconds=30.0)
    try:
        yield EnvironmentClient(peer)
    finally:
        await peer.aclose()


async def test_a_dead_worker_loses_its_own_sessions_only_and_its_callers_do_not_notice():
    with served({"WORKER_PROCESSES": "2", "COMPUTE_PROCESSES": "1"}) as service:
        async with client_of(service) as client:
            sessions = [await client.open_session(REF) for _ in range(6)]
            workers = [worker_of(session.id) for session in sessions]
            assert set(workers) == {0, 1}
            for session in sessions:
                assert not (await session.call(cancel(pending_order()))).error
            hashes = [session.state_hash for session in sessions]
            ids = [session.id for session in sessions]
            task = await accepted_task(client)
            nothing = VerificationRequest(task=task, messages=[], stop_reason=StopReason.USER_STOP)
            assert (await client.verify(nothing)).verdict.reward == 0.0
            assert (await client.capacity()).num_sessions == 6
            async with httpx.AsyncClient(base_url=service.url) as http:
                told = (await http.get("/readyz")).json()["saturation"]
            assert 0 < told["sessions"] < 0.01
            victim = service.children()[0]
            os.kill(victim, signal.SIGKILL)
            for session in sessions:
                assert (await session.call(cancel(pending_order(), "again"))).error
            assert [session.state_hash for session in sessions] == hashes
            kept = [session.id == before for session, before in zip(sessions, ids, strict=True)]
            assert kept == [worker != 0 for worker in workers]
            with pytest.raises(SessionLostError):
                await client.session(ids[workers.index(0)])
            with pytest.raises(NotFoundError):
                await client.session("nonsense")
        assert service.stop() == 0


async def test_what_workers_measure_is_among_the_metrics_by_worker():
    with served({"WORKER_PROCESSES": "2"}) as service:
        async with client_of(service) as client, httpx.AsyncClient(base_url=service.url) as http:
            sessions = [await client.open_session(REF) for _ in range(6)]
            for session in sessions:
                await session.call(READ)
            text = (await http.get("/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    held = {s.labels["worker"]: s.value for s in families[OPEN_SESSIONS].samples}
    workers = Counter(str(worker_of(session.id)) for session in sessions)
    assert held == workers
    calls = [s for s in families[TOOL_SECONDS].samples if s.name.endswith("_count")]
    assert sum(sample.value for sample in calls) == len(sessions)
    # The front counts the requests; the workers' count of the same ones is not added.
    assert all("worker" not in s.labels for s in families[REQUESTS].samples)


async def test_a_worker_is_started_again():
    with served({"WORKER_PROCESSES": "2"}) as service:
        async with client_of(service) as client:
            before = set(service.children())
            os.kill(next(iter(before)), signal.SIGKILL)
            async with httpx.AsyncClient(base_url=service.url) as http:
                lost = await http.get("/v1/domains/spa")
                assert lost.json()["request_id"] == lost.headers["x-request-id"]
                assert len((await http.get("/openapi.json")).json()["paths"]) > 20
                while (await client.capacity()).num_workers < 2:
                    assert (await http.get("/readyz")).status_code == 200
            assert len(set(service.children()) - before) == 1
            await client.open(SessionRequest(database=REF))
        assert service.stop() == 0


async def test_at_the_end_readiness_goes_first_and_what_runs_is_finished():
    with served({"DRAIN_NOTICE_SECONDS": "1.0"}) as service:
        async with client_of(service) as client:
            task = await accepted_task(client)
            request = VerificationRequest(task=task, messages=[], stop_reason=StopReason.USER_STOP)
            session = await client.open_session(REF)
            async with httpx.AsyncClient(base_url=service.url) as http:
                service.process.send_signal(signal.SIGTERM)
                while (await http.get("/readyz")).status_code == 200:
                    pass
                reasons = (await http.get("/readyz")).json()["checks"]
                assert reasons["draining"] == "the service is shutting down"
                assert not (await session.call(READ)).error
                batch = await client.verify_batch([request] * 40)
                assert batch.num_failed == 0
        assert service.process.wait(30) == 0


def test_a_request_in_flight_at_sigterm_is_answered():
    with served() as service:
        items = [{"task": {}, "n": n} for n in range(1000)]
        found: list[int] = []

        def ask() -> None:
            reply = httpx.post(
                f"{service.url}/v1/verification-batches", json={"items": items}, timeout=30
            )
            found.append(len(reply.json()["results"]))

        httpx.get(f"{service.url}/readyz")
        thread = threading.Thread(target=ask)
        thread.start()
        with httpx.Client(base_url=service.url) as http:
            while http.get("/v1/capacity").json()["num_heavy"] == 0 and thread.is_alive():
                pass
        service.process.send_signal(signal.SIGTERM)
        thread.join(30)
        assert found == [1000]
