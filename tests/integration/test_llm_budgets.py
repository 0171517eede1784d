"""What a run may spend on a model holds over all its streams and iterations together."""

from pathlib import Path

import pytest

from seawright_shared.records.jobs import JobStatus
from tests.contract.orchestrator_house import ended
from tests.integration.test_llm_author import House, opened, spec_of, total

pytestmark = pytest.mark.slow
MAX_TOKENS = 12_000
LARGEST_CALL = 6000
"""More than any call of this run takes."""


async def spent(house: House, max_tokens: int) -> tuple[int, int]:
    """Return the tokens of a run's reports, and the questions that a budget refused."""
    spec = spec_of()
    assert spec.llm is not None
    bounded = spec.llm.model_copy(update={"max_tokens_per_run": max_tokens})
    run = await house.client.start_synthesis(spec.model_copy(update={"llm": bounded}))
    assert await ended(house.client, run.id) is JobStatus.SUCCEEDED
    usages = [it.usage for one in await house.client.streams(run.id) for it in one.iterations]
    refused = sum(stage.failures.get("budget", 0) for usage in usages for stage in usage.values())
    return int(total(usages)["tokens"]), refused


async def test_a_run_stops_asking_at_its_bound_and_is_made_without_the_model(tmp_path: Path):
    async with opened(tmp_path, llm_max_concurrency=1) as house:
        tokens, refused = await spent(house, MAX_TOKENS)
        # One call may be under way, another may have begun before its price was known.
        assert MAX_TOKENS <= tokens <= MAX_TOKENS + 2 * LARGEST_CALL
        assert refused > 0
