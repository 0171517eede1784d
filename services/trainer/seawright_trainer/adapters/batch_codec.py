"""Batches as bytes: msgpack with raw little-endian buffers, zstd-compressed (DESIGN 9)."""

from collections.abc import Mapping
from typing import cast

import msgpack
import numpy as np
import zstandard
from numpy.typing import NDArray

from seawright_shared.errors import InvalidRequestError
from seawright_shared.stores.traces import decompressed, unpacked_mask
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.sequences import StepSequences

FORMAT = 1
MAX_BYTES = 1 << 35
"""Of a batch once decompressed: eight arrays of what MessagePack can say."""


def encode_batch(batch: StepBatch) -> bytes:
    """Return the batch's bytes; the same batch gives the same bytes."""
    sequences = batch.sequences
    plain = {
        "format": FORMAT,
        "num_tokens": len(sequences.token_ids),
        "token_ids": sequences.token_ids.astype("<u4").tobytes(),
        "loss_mask": np.packbits(sequences.loss_mask).tobytes(),
        "behaviour": sequences.behaviour.astype("<f4").tobytes(),
        "offsets": sequences.offsets.astype("<i8").tobytes(),
        "advantages": sequences.advantages.astype("<f4").tobytes(),
        "temperatures": sequences.temperatures.astype("<f4").tobytes(),
        "episode_ids": list(batch.episode_ids),
        "metrics": dict(batch.metrics),
    }
    if batch.domains:
        plain["domains"] = list(batch.domains)
    if sequences.routes is not None:
        plain["routes"] = sequences.routes.astype("<i2").tobytes()
        plain["routes_shape"] = list(sequences.routes.shape[1:])
    if sequences.ages is not None:
        plain["ages"] = sequences.ages.astype("<i8").tobytes()
    return zstandard.compress(cast("bytes", msgpack.packb(plain)), 3)


def _routes(plain: Mapping[str, object], num_tokens: int) -> NDArray[np.int16] | None:
    if "routes" not in plain:
        return None
    shape = [num_tokens, *cast("list[int]", plain["routes_shape"])]
    return np.frombuffer(cast("bytes", plain["routes"]), "<i2").astype(np.int16).reshape(shape)


def _offsets(packed: bytes, num_tokens: int) -> NDArray[np.int64]:
    offsets = np.frombuffer(packed, "<i8").astype(np.int64)
    if not len(offsets) or offsets[-1] != num_tokens:
        raise ValueError("its sequences are not those of its tokens")
    return offsets


def decode_batch(blob: bytes) -> StepBatch:
    """Return the batch, or raise `InvalidRequestError` where the bytes are not one."""
    try:
        plain = msgpack.unpackb(decompressed(blob, MAX_BYTES))
        token_ids = np.frombuffer(plain["token_ids"], "<u4").astype(np.uint32)
        num_tokens = len(token_ids)
        sequences = StepSequences(
            token_ids=token_ids,
            loss_mask=unpacked_mask(plain["loss_mask"], num_tokens),
            behaviour=np.frombuffer(plain["behaviour"], "<f4").astype(np.float32),
            offsets=_offsets(plain["offsets"], num_tokens),
            advantages=np.frombuffer(plain["advantages"], "<f4").astype(np.float32),
            temperatures=np.frombuffer(plain["temperatures"], "<f4").astype(np.float32),
            routes=_routes(plain, num_tokens),
            ages=np.frombuffer(plain["ages"], "<i8").astype(np.int64) if "ages" in plain else None,
        )
        return StepBatch(
            sequences=sequences,
            episode_ids=tuple(plain["episode_ids"]),
            domains=tuple(plain.get("domains", ())),
            metrics={str(name): float(value) for name, value in plain.get("metrics", {}).items()},
        )
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequestError(f"not a batch: {error}") from error
