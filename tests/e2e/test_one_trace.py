"""One trace per episode over real processes: each service hands its spans to one collector."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.orchestrator import EpisodeRequest
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.trajectories import AgentSpec, Sampling
from seawright_shared.telemetry.tracing import trace_id_of
from tests.contract.orchestrator_house import ended, synthesis_spec
from tests.e2e.service_processes import Town, built, started
from tests.support.collector import SentSpan, otlp_spans
from tests.support.policy_models import write_model

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]
SERVICES = {"orchestrator", "environment", "user_simulator", "policy"}
EPISODE = "ep_traced"
AGENT = AgentSpec(model="tiny", domain_policy="none", sampling=Sampling(max_tokens=8))


@asynccontextmanager
async def traced(folder: Path, collector: str) -> AsyncGenerator[Town]:
    """Serve all but the trainer, a process each; nobody runs afterwards."""
    write_model(folder / "model", context=1024)
    database = f"sqlite+aiosqlite:///{folder / 'orchestrator.db'}"
    town = built(folder, databases=[database, ""], redis_url="", model=folder / "model")
    del town.services["trainer"]
    del town.services["orchestrator"].settings["REDIS_URL"]
    for service in town.services.values():
        service.everyone = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector}
    try:
        await started(town)
        yield town
    finally:
        await asyncio.to_thread(town.stop)


async def play(client: OrchestratorClient) -> None:
    """Make a task, and let the model play it to its end, however bad."""
    spec = synthesis_spec(num_streams=1, num_iterations=1)
    run = await client.start_synthesis(spec)
    assert await ended(client, run.id) is JobStatus.SUCCEEDED
    (task, *_) = (await client.tasks(run_id=run.id, limit=1)).data
    request = EpisodeRequest(task_id=task.id, agent=AGENT, max_turns=4)
    await client.play_episode(EPISODE, request)
    async with asyncio.timeout(120):
        while not (await client.episode(EPISODE)).status.is_final:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_an_episode_is_one_tree_of_spans_over_four_processes(tmp_path: Path):
    with otlp_spans() as (collector, sent):
        async with traced(tmp_path, collector) as town:
            peer = Peer(town.services["orchestrator"].url)
            await play(OrchestratorClient(peer))
            await peer.aclose()
        # Whoever ends hands over what waits.
        spans = [span for span in sent if span.trace == f"{trace_id_of(EPISODE):032x}"]
    assert {span.service for span in spans} == SERVICES
    by_id = {span.id: span for span in spans}
    assert len(by_id) == len(spans), "a span was sent twice"
    (root,) = [span for span in spans if not span.parent]
    assert (root.service, root.name) == ("orchestrator", "invoke_agent retail")
    assert [span for span in spans if span.parent and span.parent not in by_id] == []
    assert asked(spans, by_id) == {
        ("orchestrator", "environment"),
        ("orchestrator", "user_simulator"),
        ("orchestrator", "policy"),
    }


def asked(spans: list[SentSpan], by_id: dict[str, SentSpan]) -> set[tuple[str, str]]:
    """Return who asked whom."""
    pairs = {(by_id[span.parent].service, span.service) for span in spans if span.parent}
    return {(asking, answering) for asking, answering in pairs if asking != answering}
