"""Bodies, headers and parameters of requests, and token data."""

import asyncio
import json
from collections.abc import Mapping
from typing import cast

import msgpack
import numpy as np
import zstandard
from fastapi import Request
from fastapi.exceptions import RequestValidationError

from seawright_environment.core.mcp_messages import generation_of, read_message
from seawright_policy.api.msgpack_bodies import read_body
from seawright_policy.core.templates import qwen3_turns, tiny
from seawright_shared.contracts.policy import GenerationRequest
from seawright_shared.stores.traces import TokenTrace, decode_trace, encode_trace, samples_of
from seawright_shared.web.events import EventParams
from seawright_shared.web.json_shape import check_json
from seawright_shared.web.pages import decode_cursor, encode_cursor
from seawright_trainer.adapters.batch_codec import decode_batch, encode_batch
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.sequences import StepSequences
from tests.fuzz.target import Target, as_json, parsed

# JSON bodies


def body(data: bytes) -> None:
    """A shape that is let through can be parsed without surprise."""
    check_json(data)
    try:
        json.loads(data)
    except ValueError:
        return


SPEC = {
    "domain": "retail",
    "database": {"domain": "retail", "seed": 5, "num_customers": 60},
    "num_streams": 2,
    "seed": 1,
}


def cursor(data: bytes) -> None:
    """A page's cursor."""
    decode_cursor(data.decode("latin-1"))


def last_event_id(data: bytes) -> None:
    """The header by which a stream of events goes on."""
    request = Request({"type": "http", "headers": []})
    EventParams(request, None, 0.0, data.decode("latin-1"))


# Tokens


def trace(data: bytes) -> None:
    """A token trace, as a caller hands it back."""
    for one in samples_of(decode_trace(data)):
        assert len(one.logprobs) == len(one)


def batch(data: bytes) -> None:
    """A training batch, as a rank fetches it."""
    found = decode_batch(data)
    assert found.sequences.num_sequences >= 0


def unpacked(data: bytes) -> object:
    return cast("object", msgpack.unpackb(zstandard.decompress(data)))


def packed(value: object) -> bytes:
    return zstandard.compress(cast("bytes", msgpack.packb(value)))


def of_msgpack(data: bytes) -> object:
    """Return a MessagePack value."""
    return cast("object", msgpack.unpackb(data))


def as_msgpack(value: object) -> bytes:
    """Return a value's MessagePack."""
    return cast("bytes", msgpack.packb(value))


def generation(data: bytes) -> None:
    """The body of a generation."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": data, "more_body": False}

    request = Request({"type": "http", "headers": []}, receive)
    try:
        asyncio.run(read_body(request, GenerationRequest))
    except RequestValidationError:
        return


TRACE = encode_trace(
    TokenTrace(
        token_ids=np.array([1, 2, 3], np.uint32),
        logprobs=np.array([0.0, -1.0, -2.0], np.float32),
        loss_mask=np.array([False, True, True]),
        versions=np.array([-1, 7, 7], np.int32),
        routes=np.zeros((3, 2, 1), np.int16),
        state={"closed_samples": [], "note": 1},
    )
)
BATCH = encode_batch(
    StepBatch(
        sequences=StepSequences(
            token_ids=np.array([1, 2, 3], np.uint32),
            loss_mask=np.array([False, True, True]),
            behaviour=np.array([0.0, -1.0, -2.0], np.float32),
            offsets=np.array([0, 3], np.int64),
            advantages=np.array([1.0], np.float32),
            temperatures=np.array([1.0], np.float32),
            ages=np.array([0], np.int64),
        ),
        episode_ids=("ep_1",),
        domains=("retail",),
        metrics={"reward": 1.0},
    )
)
GENERATION = {
    "model": "tiny",
    "context": TRACE,
    "messages": [{"role": "user", "content": "hello"}],
    "sampling": {"temperature": 1.0},
}


# What models and agents say


def mcp(data: bytes) -> None:
    """A message of the Model Context Protocol."""
    value = parsed(data)
    headers = {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "g",
    }
    generation_of(read_message(value), headers)


def hermes_call(data: bytes) -> None:
    """The text between the marks of a tool call."""
    text = data.decode("utf-8", errors="replace")
    for call in (qwen3_turns.read_call(text, "call_1"), tiny.read_call(text, "call_1")):
        assert call is None or call.model_dump_json()


META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
MCP = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "g", "_meta": META}}
CALL = {"name": "g", "arguments": {"b": [1]}}


TARGETS: Mapping[str, Target] = {
    "batch": Target(feed=batch, seeds=[BATCH], plain=unpacked, encode=packed),
    "cursor": Target(
        feed=cursor,
        seeds=[encode_cursor(["2026-11-23", "x"]).encode(), encode_cursor([1]).encode()],
    ),
    "generation": Target(
        feed=generation,
        seeds=[cast("bytes", msgpack.packb(GENERATION))],
        plain=of_msgpack,
        encode=as_msgpack,
    ),
    "hermes_call": Target(feed=hermes_call, seeds=[*as_json(CALL), b'g {"b": [1]}']),
    "json_body": Target(feed=body, seeds=as_json(SPEC, CALL)),
    "last_event_id": Target(feed=last_event_id, seeds=[b"12"]),
    "mcp_message": Target(feed=mcp, seeds=as_json(MCP)),
    "token_trace": Target(feed=trace, seeds=[TRACE], plain=unpacked, encode=packed),
}
