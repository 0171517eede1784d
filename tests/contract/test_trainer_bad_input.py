"""Bad input by HTTP: a spec is refused by field before anything starts; a bad sample is counted."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seawright_shared.contracts.trainer import WorkRequest
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.jobs import JobStatus
from seawright_shared.stores.blobs import FolderBlobs
from seawright_shared.stores.traces import TokenTrace
from seawright_trainer.adapters.batch_codec import decode_batch
from seawright_trainer.core.batches import StepBatch
from tests.support.trainer_house import PlayedLauncher, TrainerHouse, open_house

pytestmark = pytest.mark.anyio
BEYOND = 4096
"""No token of the tiny model's vocabulary."""


@pytest.fixture
def ranks() -> PlayedLauncher:
    return PlayedLauncher()


@pytest.fixture
async def house(tmp_path: Path, ranks: PlayedLauncher) -> AsyncGenerator[TrainerHouse]:
    url = f"sqlite+aiosqlite:///{tmp_path}/trainer.db"
    async with open_house(tmp_path, url, ranks) as opened:
        yield opened


async def test_a_spec_that_cannot_work_is_refused_by_field_and_nothing_starts(
    house: TrainerHouse, ranks: PlayedLauncher
):
    plain = house.spec("grpo").model_dump(mode="json")
    cases: list[tuple[dict[str, object], str]] = [
        ({"learning_rat": 1e-6}, "/learning_rat"),
        ({"optimizer": {"learning_rat": 1e-6}}, "/optimizer/learning_rat"),
        ({"expert_parallel": 8}, "/expert_parallel"),
        ({"batch": {"group_size": 1}}, "/batch/group_size"),
        ({"batch": {"max_length": 10**6, "token_budget": 10**6}}, "/batch/max_length"),
        ({"batch": {"max_length": 10**6}}, "/batch/token_budget"),
        ({"dataset_id": "ds_none"}, "/dataset_id"),
        ({"dataset_id": "ds_toy"}, "/dataset_id"),
        ({"num_steps": 0}, "/num_steps"),
        ({"optimizer": {"learning_rate": "fast"}}, "/optimizer/learning_rate"),
    ]
    for change, pointer in cases:
        body = {**plain, **change}
        reply = await house.http.post("/v1/training-runs", json=body)
        assert reply.status_code == 422, (change, reply.text)
        faults = reply.json()["errors"]
        assert pointer in [fault["pointer"] for fault in faults], (change, faults)
        assert all(fault["detail"] for fault in faults)
    assert (await house.client.runs()).data == []
    assert ranks.attempts == []


@pytest.mark.parametrize("kind", ["sft", "grpo"])
async def test_a_folder_that_the_policy_refuses_ends_the_run_before_a_rank_is_launched(
    house: TrainerHouse, ranks: PlayedLauncher, kind: str
):
    house.policy.refusal = InvalidRequestError("the chat template is not prefix-stable")
    run = await house.client.create_run(house.spec(kind))
    ended = await house.until(run.id, JobStatus.FAILED, JobStatus.SUCCEEDED)
    assert ended.status is JobStatus.FAILED
    assert ended.status_reason is not None
    assert "not prefix-stable" in ended.status_reason.message
    assert ranks.attempts == []


TOOLS_LAST = (
    "{% for m in messages %}{{ m.content }}{{ (tools | tojson) if loop.last }}|{% endfor %}"
)


def break_prefixes(folder: Path) -> None:
    """Give a folder a template that writes the tools after the newest message."""
    (folder / "renderer.json").write_text('{"template": "qwen3"}')
    (folder / "chat_template.jinja").write_text(TOOLS_LAST)


@pytest.mark.parametrize("kind", ["sft", "grpo"])
async def test_a_chat_template_that_is_not_prefix_stable_is_refused_by_field_and_message(
    house: TrainerHouse, ranks: PlayedLauncher, kind: str
):
    break_prefixes(house.base)
    spec = house.spec(kind).model_dump(mode="json")
    planned = {"spec": spec, "cluster": {"num_gpus": 1}}
    for path, body, pointer in (
        ("/v1/training-runs", spec, "/model/uri"),
        ("/v1/training-plans", planned, "/spec/model/uri"),
    ):
        reply = await house.http.post(path, json=body)
        assert reply.status_code == 422, reply.text
        (fault,) = reply.json()["errors"]
        assert fault["pointer"] == pointer
        assert "message 3 (assistant), with tools" in fault["detail"]
    assert (await house.client.runs()).data == []
    assert ranks.attempts == []


PLANNED: dict[str, object] = {
    "model_type": "qwen3",
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "intermediate_size": 128,
    "vocab_size": 100,
}


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("num_hidden_layers", 10**30, "/num_hidden_layers"),
        ("num_labels", 10**9, "/num_labels"),
        ("head_dim", 0, "/head_dim"),
        ("head_dim", -1, "/head_dim"),
        ("hidden_size", 2**63, "/hidden_size"),
        ("num_key_value_heads", 3, "/num_key_value_heads"),
        ("head_dim", 15, ""),
        ("hidden_act", "none", ""),
    ],
)
async def test_a_model_that_cannot_be_built_is_refused_by_field_not_built(
    house: TrainerHouse, field: str, value: object, pointer: str
):
    spec = house.spec("sft").model_dump(mode="json")
    body = {"spec": spec, "model_config_json": {**PLANNED, field: value}}
    reply = await house.http.post("/v1/training-plans", json=body)
    assert reply.status_code == 422, reply.text
    (fault,) = reply.json()["errors"]
    assert fault["pointer"] == f"/model_config_json{pointer}"


async def test_what_can_be_built_is_planned(house: TrainerHouse):
    spec = house.spec("sft").model_dump(mode="json")
    body = {"spec": spec, "model_config_json": PLANNED}
    reply = await house.http.post("/v1/training-plans", json=body)
    assert reply.status_code == 200, reply.text


def without_numbers(trace: TokenTrace) -> TokenTrace:
    """Return the trace with a log-prob that is none."""
    logprobs = trace.logprobs.copy()
    logprobs[-1] = np.nan
    return replace(trace, logprobs=logprobs)


def beyond_vocabulary(trace: TokenTrace) -> TokenTrace:
    """Return the trace with a token that the model does not have."""
    token_ids = trace.token_ids.copy()
    token_ids[0] = BEYOND
    return replace(trace, token_ids=token_ids)


async def first_batch(
    house: TrainerHouse, ranks: PlayedLauncher, spoil: Callable[[TokenTrace], TokenTrace]
) -> StepBatch:
    """Return the first batch of a run of which each group's first sample is spoiled."""
    house.rollouts.spoil = spoil
    run = await house.client.create_run(house.spec("grpo"))
    attempt = await ranks.next()
    while True:
        work = await house.client.work(run.id, 1, WorkRequest(step=0, wait_seconds=5.0))
        if work.batch is not None:
            return decode_batch(await FolderBlobs(Path(attempt.config.blob_dir)).get(work.batch))


async def test_log_probs_that_are_no_numbers_are_counted_and_never_trained_on(
    house: TrainerHouse, ranks: PlayedLauncher
):
    batch = await first_batch(house, ranks, without_numbers)
    assert batch.metrics["rejected_tokens"] == 2.0, "one of each of two groups"
    counted = batch.sequences.counted
    assert not np.isnan(batch.sequences.behaviour[counted]).any()
    assert batch.sequences.num_loss_tokens == 2 * 8 * 3 - 2


async def test_ids_beyond_the_vocabulary_are_counted_and_never_trained_on(
    house: TrainerHouse, ranks: PlayedLauncher
):
    batch = await first_batch(house, ranks, beyond_vocabulary)
    assert batch.metrics["rejected_sequences"] == 2.0
    assert int(batch.sequences.token_ids.max()) < BEYOND
    assert batch.sequences.num_sequences == 2 * 8 - 2
