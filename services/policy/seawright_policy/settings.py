"""Deployment facts of the policy service."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where it listens, what it serves at start, and how its engine runs."""

    model_config = SettingsConfigDict(env_prefix="SEAWRIGHT_POLICY_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8104
    models: dict[str, str] = {}
    """Name to folder (or `file:` URI), in JSON: served as version 0 at start."""
    engine: Literal["torch", "vllm"] = "torch"
    """`torch` samples in this process; `vllm` has the servers of `engine_urls` sample."""
    engine_urls: list[str] = []
    """Stock vLLM servers, replicas of one model, in JSON."""
    engine_turns: int = Field(default=256, ge=4)
    """Most turns that one of these servers samples at a time; its load decides below that."""
    drain_seconds: float = Field(default=10.0, ge=0)
    """How long turns under way may take to end before new weights freeze them (vllm)."""
    device: str = "cpu"
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """Compute type. `auto` measures which one this machine multiplies faster."""
    num_threads: int = Field(default=1, ge=1)
    max_sequences: int = Field(default=32, ge=1)
    """Turns sampled at the same time; more wait."""
    max_context_tokens: int = Field(default=4096, ge=16)
    """Upper bound on a model's own context length."""
    cache_tokens: int = Field(default=64_000, ge=0)
    """Tokens of contexts whose keys and values are kept between turns."""
    kept_versions: int = Field(default=2, ge=0)
    """Older versions that stay loaded, for those who pin them."""
    max_body_bytes: int = Field(default=64 << 20, ge=1)
    """Largest body of the generation and rendering routes."""
