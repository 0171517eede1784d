"""The packed forward computes what transformers' own forward does, dense and with experts."""

from pathlib import Path

import numpy as np
import pytest

from seawright_shared.stores.traces import TokenTrace
from tests.support.exact_logprobs import exact_logprobs, trainers_logprobs
from tests.support.tiny_qwen3 import tokenizer, write_qwen3


def trace(seed: int, length: int, temperature: float) -> TokenTrace:
    draw = np.random.default_rng(seed)
    is_sampled = draw.random(length) < 0.5
    is_sampled[0] = False
    return TokenTrace(
        token_ids=draw.integers(0, tokenizer().get_vocab_size(), length).astype(np.uint32),
        logprobs=np.zeros(length, np.float32),
        loss_mask=is_sampled,
        versions=np.where(is_sampled, 0, -1).astype(np.int32),
        model="m",
        temperature=temperature,
    )


@pytest.mark.parametrize("is_moe", [False, True], ids=["dense", "moe"])
def test_each_packed_sequence_is_scored_as_transformers_scores_it_alone(
    tmp_path: Path, is_moe: bool
):
    write_qwen3(tmp_path, is_moe=is_moe)
    traces = [trace(1, 40, 1.0), trace(2, 90, 0.7)]
    alone = np.concatenate([exact_logprobs(tmp_path, one) for one in traces])
    packed = trainers_logprobs(tmp_path, *traces)
    assert len(packed) == sum(int(one.loss_mask.sum()) for one in traces)
    assert np.abs(packed - alone).max() < 1e-5
