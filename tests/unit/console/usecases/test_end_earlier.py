"""Only training of demonstrations that nobody follows any more is ended."""

import httpx
import pytest

from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.usecases.end_earlier import EndEarlier
from seawright_shared.contracts.pages import Page
from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.records.jobs import JobStatus
from tests.unit.console import made_up


def made(number: int, status: JobStatus, model: str) -> TrainingRun:
    run = made_up.training()[0]
    spec = run.spec.model_copy(update={"model": run.spec.model.model_copy(update={"name": model})})
    return run.model_copy(update={"id": f"trun_{number}", "status": status, "spec": spec})


@pytest.mark.parametrize("size", [1, 10])
async def test_unfinished_training_of_demonstrations_is_ended_and_nothing_else(size: int):
    runs = [
        made(0, JobStatus.RUNNING, "demo-a-rl"),
        made(1, JobStatus.SUCCEEDED, "demo-a-sft"),
        made(2, JobStatus.QUEUED, "demo-b-sft"),
        made(3, JobStatus.RUNNING, "mine"),
        made(4, JobStatus.CANCELLED, "demo-c-rl"),
    ]
    cancelled: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            number = int(request.url.path.split("trun_")[1].split("/")[0])
            cancelled.append(runs[number].id)
            return httpx.Response(200, content=runs[number].model_dump_json())
        start = int(request.url.params.get("cursor", "0"))
        following = start + size
        page = Page(
            data=runs[start:following],
            next_cursor=str(following) if following < len(runs) else None,
        )
        return httpx.Response(200, content=page.model_dump_json())

    at = opened(addresses_below("http://x"), transport=httpx.MockTransport(answer))
    ended = await EndEarlier(deployment=at)()
    assert cancelled == ["trun_0", "trun_2"]
    assert [run.id for run in ended] == cancelled
