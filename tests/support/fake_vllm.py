"""A vLLM server as far as the policy knows it: truthful by default, faulty on request.

It samples by a rule (the next token is a function of the context and of the weights), so that
whoever asks twice gets the same, and counts what it is asked, so that tests can tell.
"""

import asyncio
import hashlib
import json
import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from seawright_console.adapters.uvicorn_server import address_of, bound_socket, serving

UNLABELLED = "default"


@dataclass
class FakeVllm:
    """One server; its fields are what a test reads and sets."""

    num_tokens: int = 5
    """Of every turn, its end included."""
    vocabulary: int = 100
    context_length: int = 4096
    token_seconds: float = 0.0
    fault: str | None = None
    """What goes wrong: see `_spoilt` and `_generate`."""
    num_faults: int = 10**9
    """How many generations it goes wrong in."""
    cache_usage: float = 0.1
    num_queued: int = 0
    num_preempted: int = 0
    label: str = UNLABELLED
    folders: list[str] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    num_open: int = 0
    num_drawn: int = 0
    """Tokens of all turns."""
    num_aborted: int = 0
    num_resets: int = 0
    is_dead: bool = False
    is_deaf_to_updates: bool = False
    is_stuck_in_updates: bool = False
    """Reading new weights never ends."""
    capacity_blocks: int = 0
    """Of 16 tokens each; 0: it does not say."""
    adapters: dict[str, str] = field(default_factory=dict)
    """Name to folder."""
    going: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.going.set()

    def restart(self) -> None:
        """Come back with the weights it was started with."""
        self.label, self.is_dead = UNLABELLED, False
        self.adapters.clear()

    @property
    def turns(self) -> list[dict[str, Any]]:
        """The generations that are no health checks."""
        return [order for order in self.orders if len(order["token_ids"]) > 1]

    def app(self) -> Starlette:
        """Return the server."""

        def route(path: str, answer: Any, method: str) -> Route:
            async def guarded(request: Request) -> Response:
                if self.is_dead:
                    raise ConnectionAbortedError
                return await answer(request)

            return Route(path, guarded, methods=[method])

        return Starlette(
            routes=[
                route("/v1/models", self._models, "GET"),
                route("/weight_info", self._weight_info, "GET"),
                route("/metrics", self._metrics, "GET"),
                route("/pause", self._pause, "POST"),
                route("/resume", self._resume, "POST"),
                route("/collective_rpc", self._rpc, "POST"),
                route("/update_weight_version", self._name_weights, "POST"),
                route("/reset_prefix_cache", self._reset, "POST"),
                route("/v1/load_lora_adapter", self._load_adapter, "POST"),
                route("/v1/unload_lora_adapter", self._unload_adapter, "POST"),
                route("/inference/v1/generate", self._generate, "POST"),
            ]
        )

    async def _models(self, _: Request) -> Response:
        model = {"id": "served", "object": "model", "max_model_len": self.context_length}
        return JSONResponse({"object": "list", "data": [model]})

    async def _weight_info(self, _: Request) -> Response:
        return JSONResponse({"weight_version": self.label})

    async def _metrics(self, _: Request) -> Response:
        labels = '{engine="0",model_name="served"}'
        return PlainTextResponse(
            "# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.\n"
            f"vllm:kv_cache_usage_perc{labels} {self.cache_usage}\n"
            f"vllm:num_requests_waiting{labels} {float(self.num_queued)}\n"
            f'vllm:num_requests_waiting_by_reason{{engine="0",reason="x"}} 77.0\n'
            f"vllm:num_preemptions_total{labels} {float(self.num_preempted)}\n" + self._cache_info()
        )

    def _cache_info(self) -> str:
        if not self.capacity_blocks:
            return ""
        sizes = f'block_size="16",engine="0",num_gpu_blocks="{self.capacity_blocks}"'
        return f'vllm:cache_config_info{{{sizes},num_gpu_blocks_override="None"}} 1.0\n'

    async def _load_adapter(self, request: Request) -> Response:
        asked = await request.json()
        if asked["lora_name"] in self.adapters:
            message = f"The lora adapter '{asked['lora_name']}' has already been loaded."
            return JSONResponse({"error": {"message": message}}, 400)
        if "unreadable" in asked["lora_path"]:
            return JSONResponse(
                {"error": {"message": "rank 99 is greater than max_lora_rank"}}, 400
            )
        self.adapters[asked["lora_name"]] = asked["lora_path"]
        return PlainTextResponse("Success")

    async def _unload_adapter(self, request: Request) -> Response:
        name = (await request.json())["lora_name"]
        if self.adapters.pop(name, None) is None:
            return JSONResponse({"error": {"message": "cannot be found"}}, 404)
        return PlainTextResponse("Success")

    async def _pause(self, request: Request) -> Response:
        assert request.query_params["mode"] == "keep"
        self.going.clear()
        return JSONResponse({"status": "paused"})

    async def _resume(self, _: Request) -> Response:
        self.going.set()
        return JSONResponse({"status": "resumed"})

    async def _rpc(self, request: Request) -> Response:
        if self.is_deaf_to_updates:
            return JSONResponse({"error": "no such file"}, 500)
        asked = await request.json()
        if self.is_stuck_in_updates:
            await self._hang(request)
        assert not self.going.is_set(), "weights change while the server samples"
        assert asked["method"] == "reload_weights"
        self.folders.append(asked["kwargs"]["weights_path"])
        return JSONResponse({"results": [None]})

    async def _name_weights(self, request: Request) -> Response:
        self.label = (await request.json())["new_version"]
        return JSONResponse({"success": True, "new_version": self.label})

    async def _reset(self, request: Request) -> Response:
        assert request.query_params["reset_running_requests"] == "true"
        self.num_resets += 1
        return JSONResponse({"success": True})

    async def _generate(self, request: Request) -> Response:
        asked: dict[str, Any] = {"stream": False, **await request.json()}
        asked["sampling_params"] = {"seed": 0, "stop_token_ids": [7], **asked["sampling_params"]}
        if (name := asked.get("model")) is not None and name not in self.adapters:
            return JSONResponse({"error": {"message": f"The model `{name}` does not exist."}}, 404)
        self.orders.append(asked)
        self.sessions.append(request.headers.get("x-session-id", ""))
        fault = self.fault if self.num_faults > 0 and len(asked["token_ids"]) > 1 else None
        self.num_faults -= fault is not None
        if fault == "hangs" or (self.fault == "deaf"):
            await self._hang(request)
        if fault == "fails":
            return JSONResponse({"error": {"message": "engine is dead"}}, 500)
        if fault == "garbage":
            return PlainTextResponse("<html>busy</html>")
        if asked["stream"]:
            return StreamingResponse(self._events(asked, fault), media_type="text/event-stream")
        choice: dict[str, Any] = {"token_ids": [], "content": [], "labels": []}
        async for token_id, logprob, label in self._tokens(asked, request):
            choice["token_ids"].append(token_id)
            choice["content"].append({"token_id": token_id, "logprob": logprob})
            choice["labels"].append(label)
        if fault == "dies":
            raise ConnectionAbortedError
        whole = self._choice(choice, asked)
        return JSONResponse({"choices": [spoilt(whole, fault, self.vocabulary)]})

    async def _hang(self, request: Request) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            continue
        self.num_aborted += 1
        raise ConnectionAbortedError

    async def _stalled(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.num_aborted += 1

    async def _tokens(
        self, asked: dict[str, Any], request: Request | None = None
    ) -> AsyncGenerator[tuple[int, float, str]]:
        sampling = asked["sampling_params"]
        context = list(asked["token_ids"])
        count = min(self.num_tokens, sampling["max_tokens"])
        self.num_open += 1
        try:
            for at in range(count):
                await self.going.wait()
                if self.token_seconds:
                    await asyncio.sleep(self.token_seconds)
                    await self.going.wait()
                is_last = at + 1 == self.num_tokens
                drawn = hashlib.sha256(f"{context}{sampling['seed']}".encode()).digest()
                token_id = sampling["stop_token_ids"][0] if is_last else 50 + drawn[0] % 40
                context.append(token_id)
                if request is not None and await request.is_disconnected():
                    self.num_aborted += 1
                    raise ConnectionAbortedError
                self.num_drawn += 1
                yield token_id, -math.log(2 + drawn[1]), self.label
        finally:
            self.num_open -= 1

    async def _events(self, asked: dict[str, Any], fault: str | None) -> AsyncGenerator[str]:
        choice: dict[str, Any] = {"token_ids": [], "content": [], "labels": []}
        async for token_id, logprob, label in self._tokens(asked):
            choice["token_ids"].append(token_id)
            choice["labels"].append(label)
            entry = {"token_id": token_id, "logprob": logprob}
            chunk = {"token_ids": [token_id], "logprobs": {"content": [entry]}}
            is_last = len(choice["token_ids"]) in (
                self.num_tokens,
                asked["sampling_params"]["max_tokens"],
            )
            if is_last:
                whole = self._choice(choice, asked)
                chunk |= {key: whole[key] for key in ("finish_reason", "weight_versions")}
            if fault == "garbage in mid-stream" and len(choice["token_ids"]) == 3:
                yield 'data: {"choices": [{"token_ids": "none"}]}\n\n'
            if fault == "fails in mid-stream" and len(choice["token_ids"]) == 3:
                yield 'data: {"error": {"message": "engine is dead", "code": 500}}\n\n'
                break
            if fault == "hangs in mid-stream" and len(choice["token_ids"]) == 3:
                await self._stalled()
            yield f"data: {json.dumps({'choices': [spoilt(chunk, fault, self.vocabulary)]})}\n\n"
            if fault == "dies" and len(choice["token_ids"]) == 2:
                raise ConnectionAbortedError
        yield "data: [DONE]\n\n"

    def _choice(self, told: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        spans: list[dict[str, Any]] = []
        for at, label in enumerate(told["labels"]):
            if spans and spans[-1]["version"] == label:
                spans[-1]["end"] = at + 1
            else:
                spans.append({"version": label, "start": at, "end": at + 1})
        is_ended = told["token_ids"][-1:] == asked["sampling_params"]["stop_token_ids"]
        return {
            "index": 0,
            "token_ids": told["token_ids"],
            "logprobs": {"content": told["content"]},
            "finish_reason": "stop" if is_ended else "length",
            "stop_reason": None,
            "weight_versions": spans,
        }


def spoilt(choice: dict[str, Any], fault: str | None, vocabulary: int) -> dict[str, Any]:
    """Return a choice as a broken engine might tell it."""
    content = choice["logprobs"]["content"]
    match fault:
        case "drops log-probs":
            return {**choice, "logprobs": None}
        case "drops one log-prob":
            return {**choice, "logprobs": {"content": content[1:]}}
        case "says -9999":
            floor = [{**one, "logprob": -9999.0} for one in content]
            return {**choice, "logprobs": {"content": floor}}
        case "is too certain":
            return {**choice, "logprobs": {"content": [{**one, "logprob": 0.5} for one in content]}}
        case "leaves the vocabulary":
            ids = [vocabulary, *choice["token_ids"][1:]]
            moved = [{**one, "token_id": vocabulary} for one in content[:1]] + content[1:]
            return {**choice, "token_ids": ids, "logprobs": {"content": moved}}
        case "aborts":
            return {**choice, "finish_reason": "abort"}
        case "says nothing":
            return {**choice, "token_ids": [], "logprobs": {"content": []}}
        case "forgets its weights":
            return {**choice, "weight_versions": None}
        case "has old weights":
            return {**choice, "weight_versions": [{"version": "x", "start": 0, "end": 5}]}
        case _:
            return choice


@asynccontextmanager
async def served(server: FakeVllm) -> AsyncGenerator[str]:
    """Serve on a free port of the loopback; yield the URL."""
    with bound_socket("127.0.0.1", 0) as listening:
        async with serving(server.app(), listening):
            yield address_of(listening)
