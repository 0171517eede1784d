"""A real SGLang server on a CPU, as the user simulator's engine: chat, exact tokens, new weights."""

import httpx
import numpy as np
import pytest
from structlog.stdlib import get_logger

from seawright_shared.stores.traces import TokenTrace
from tests.support.engine_served import engine_served
from tests.support.exact_logprobs import exact_logprobs
from tests.support.tiny_qwen3 import tokenizer, write_qwen3

pytestmark = [pytest.mark.engines, pytest.mark.timeout(2400)]

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("sglang")
    made = [root / f"v{seed}" for seed in range(2)]
    for seed, folder in enumerate(made):
        write_qwen3(folder, seed, context=512)
        (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE)
    return made


@pytest.fixture(scope="module")
def http(folders, sglang_environment):
    with (
        engine_served("sglang", folders[0], venv=sglang_environment, name="user", turns=8) as url,
        httpx.Client(base_url=url, timeout=120) as client,
    ):
        yield client


def generated(http: httpx.Client) -> TokenTrace:
    """Return a sampled turn as a trace."""
    prompt = tokenizer().encode("Please change the seat of this booking.").ids
    body = {
        "input_ids": prompt,
        "sampling_params": {"temperature": 1.0, "max_new_tokens": 24, "ignore_eos": True},
        "return_logprob": True,
    }
    reply = http.post("/generate", json=body).raise_for_status().json()
    told = reply["meta_info"]["output_token_logprobs"]
    ids = [*prompt, *(one[1] for one in told)]
    mask = np.arange(len(ids)) >= len(prompt)
    logprobs = np.array([0.0] * len(prompt) + [one[0] for one in told], np.float32)
    return TokenTrace(
        token_ids=np.array(ids, np.uint32),
        logprobs=logprobs,
        loss_mask=mask,
        versions=np.zeros(len(ids), np.int32),
    )


def difference(folder, trace: TokenTrace) -> float:
    exact = exact_logprobs(folder, trace)
    assert len(exact) == 24
    worst = float(np.abs(exact - trace.logprobs[trace.loss_mask]).max())
    get_logger().info("logprobs.compared", num_tokens=len(exact), worst=worst)
    return worst


def test_a_user_is_answered_in_openai_shapes(http):
    body = {
        "model": "user",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 8,
        "temperature": 0.0,
    }
    reply = http.post("/v1/chat/completions", json=body).raise_for_status().json()
    assert reply["usage"]["completion_tokens"] >= 1
    assert reply["choices"][0]["finish_reason"] in ("stop", "length")


def test_log_probs_are_exact_and_follow_new_weights(http, folders):
    assert difference(folders[0], generated(http)) < 1e-3
    body = {"model_path": str(folders[1])}
    assert http.post("/update_weights_from_disk", json=body).raise_for_status().json()["success"]
    after = generated(http)
    assert difference(folders[1], after) < 1e-3
    assert difference(folders[0], after) > 1e-2
