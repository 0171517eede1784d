"""An iteration that waits for another attempt says why, while the run goes on and at its end."""

from pathlib import Path

import httpx

from seawright_shared.records.jobs import JobStatus
from tests.contract.orchestrator_house import ended, opened, synthesis_spec


class Breaking(httpx.AsyncBaseTransport):
    """An environment that answers drafts with 500 while it is broken."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.is_broken = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_broken and request.url.path == "/v1/drafts":
            return httpx.Response(500, json={"detail": "the shop is on fire"}, request=request)
        return await self.inner.handle_async_request(request)


async def test_a_peer_that_breaks_is_named_in_the_events_and_as_the_runs_reason(tmp_path: Path):
    async with opened(tmp_path) as house:
        breaking = Breaking(house.switchboard.lines["environment"])
        house.switchboard.lines["environment"] = breaking
        spec = synthesis_spec(num_streams=1, num_iterations=1)
        run = await house.client.start_synthesis(spec, idempotency_key="delayed")
        path = f"/v1/synthesis-runs/{run.id}/events"
        async for event in house.client.peer.events(path):
            if event.type == "iteration.delayed":
                assert "the shop is on fire" in str(event.payload["reason"])
                assert event.payload["num_outages"] == 1
                break
        waiting = await house.client.synthesis_run(run.id)
        assert waiting.status_reason is not None
        assert waiting.status_reason.retryable
        assert "the shop is on fire" in waiting.status_reason.message
        assert waiting.status is JobStatus.RUNNING
        breaking.is_broken = False
        assert await ended(house.client, run.id) is JobStatus.SUCCEEDED
        assert (await house.client.synthesis_run(run.id)).status_reason is None
