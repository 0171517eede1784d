"""Token traces: what was sampled, with its log-probs, mask and policy versions (DESIGN 9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import msgpack
import numpy as np
import zstandard
from numpy.typing import NDArray

from seawright_shared.errors import InvalidRequestError

FORMAT = 1
CLOSED_SAMPLES = "closed_samples"
"""Key of a trace's notes: earlier samples of the same trajectory, encoded, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTrace:
    """One sequence of T tokens. `logprobs` and `versions` mean something where `loss_mask` is set.

    Example: system and user tokens have mask False, log-prob 0.0 and version -1; the three
    tokens of a sampled reply have mask True, their log-probs at `temperature`, and version 7.
    """

    token_ids: NDArray[np.uint32]
    logprobs: NDArray[np.float32]
    loss_mask: NDArray[np.bool_]
    versions: NDArray[np.int32]
    model: str = ""
    temperature: float = 1.0
    routes: NDArray[np.int16] | None = None
    """Of a mixture of experts, where the engine told: (T, layers, experts per token), -1 where it
    did not. The experts that each token met when it was read, for the trainer to replay."""
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    """The renderer's own notes for extending the sequence; plain values only."""

    def __post_init__(self) -> None:
        sizes = {len(self.token_ids), len(self.logprobs), len(self.loss_mask), len(self.versions)}
        if len(sizes) != 1:
            raise InvalidRequestError(f"trace arrays differ in length: {sorted(sizes)}")
        if self.routes is not None and self.routes.shape[0] != len(self.token_ids):
            raise InvalidRequestError("a trace's routes are not one per token")

    def __len__(self) -> int:
        return len(self.token_ids)


def encode_trace(trace: TokenTrace) -> bytes:
    """Return msgpack with raw little-endian buffers, zstd-compressed."""
    plain: dict[str, object] = {
        "format": FORMAT,
        "length": len(trace),
        "token_ids": trace.token_ids.astype("<u4").tobytes(),
        "logprobs": trace.logprobs.astype("<f4").tobytes(),
        "loss_mask": np.packbits(trace.loss_mask).tobytes(),
        "versions": trace.versions.astype("<i4").tobytes(),
        "model": trace.model,
        "temperature": trace.temperature,
        "state": trace.state,
    }
    if trace.routes is not None:
        plain["routes"] = trace.routes.astype("<i2").tobytes()
        plain["routes_shape"] = list(trace.routes.shape[1:])
    return zstandard.compress(cast("bytes", msgpack.packb(plain)), 3)


def decode_trace(blob: bytes, *, max_bytes: int = 1 << 28) -> TokenTrace:
    """Return the trace, or raise `InvalidRequestError` where the bytes are not one."""
    try:
        plain = msgpack.unpackb(decompressed(blob, max_bytes))
        token_ids = np.frombuffer(plain["token_ids"], "<u4").astype(np.uint32)
        length = len(token_ids)
        return TokenTrace(
            token_ids=token_ids,
            logprobs=np.frombuffer(plain["logprobs"], "<f4").astype(np.float32),
            loss_mask=unpacked_mask(plain["loss_mask"], length),
            versions=np.frombuffer(plain["versions"], "<i4").astype(np.int32),
            model=str(plain["model"]),
            temperature=float(plain["temperature"]),
            routes=_routes(plain, length),
            state=dict(plain["state"]),
        )
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, msgpack.UnpackException) as error:
        raise InvalidRequestError(f"not a token trace: {error}") from error


def decompressed(blob: bytes, max_bytes: int) -> bytes:
    """Return what a zstd frame holds, or raise `InvalidRequestError` where that is too much.

    The library takes the size that a frame's head claims at its word, whatever the limit.
    """
    num_bytes = zstandard.frame_content_size(blob)
    if num_bytes > max_bytes:
        raise InvalidRequestError(f"{num_bytes} bytes once decompressed; the limit is {max_bytes}")
    return zstandard.ZstdDecompressor().decompress(blob, max_output_size=max_bytes)


def unpacked_mask(packed: bytes, length: int) -> NDArray[np.bool_]:
    """Return a mask of bits, or raise `ValueError` where they are not those of `length` tokens."""
    bits = np.frombuffer(packed, np.uint8)
    if len(bits) != -(-length // 8):
        raise ValueError(f"a mask of {len(bits)} bytes for {length} tokens")
    return np.unpackbits(bits, count=length).astype(np.bool_)


def routes_for(routes: NDArray[np.int16], num_tokens: int) -> NDArray[np.int16]:
    """Return one route per token: vLLM tells none of the last token, and none is -1."""
    missing = num_tokens - len(routes)
    if missing < 0:
        raise InvalidRequestError(f"{len(routes)} routes of {num_tokens} tokens")
    return np.concatenate([routes, np.full((missing, *routes.shape[1:]), -1, np.int16)])


def _routes(plain: Mapping[str, object], length: int) -> NDArray[np.int16] | None:
    if "routes" not in plain:
        return None
    shape = [length, *cast("list[int]", plain["routes_shape"])]
    return np.frombuffer(cast("bytes", plain["routes"]), "<i2").astype(np.int16).reshape(shape)


def samples_of(trace: TokenTrace) -> list[TokenTrace]:
    """Return all samples of a trajectory: those that its template closed, then the trace itself.

    A template that writes earlier turns anew, as without their thoughts, begins a new sample
    there. Each sampled token carries loss in exactly one of them.
    """
    blobs = trace.state.get(CLOSED_SAMPLES, [])
    if not isinstance(blobs, list):
        raise InvalidRequestError("the trace's closed samples are no list")
    return [*(decode_trace(cast("bytes", blob)) for blob in cast("list[object]", blobs)), trace]
