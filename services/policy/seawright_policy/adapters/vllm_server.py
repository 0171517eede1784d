"""One vLLM server over HTTP: sampling by token ids, its load, and changing its weights.

The server must run with VLLM_SERVER_DEV_MODE=1 (its control routes), `--enable-scale-out` (sampling
by token ids) and `--logprobs-mode processed_logprobs` (log-probs at the sampling temperature).
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from seawright_policy.adapters.httptools_transport import EngineTransport
from seawright_policy.adapters.vllm_bodies import (
    Collected,
    ModelBody,
    ModelsBody,
    ReplyBody,
    ResetBody,
    WeightsBody,
    generation_of,
)
from seawright_policy.core.engine_replies import EngineReply
from seawright_policy.core.replicas import EngineLoad
from seawright_policy.core.turns import TurnOrder
from seawright_shared.errors import UnavailableError

T = TypeVar("T", bound=BaseModel)

GENERATE = "/inference/v1/generate"
CONTROL_SECONDS = 10.0
ADAPTER_SECONDS = 120.0
ALREADY_LOADED = "already been loaded"
UPDATE_SECONDS = 1800.0
"""Reading hundreds of gigabytes from a shared disk takes minutes."""
DONE = "[DONE]"
GAUGES = {
    "cache_usage": "vllm:kv_cache_usage_perc",
    "num_waiting": "vllm:num_requests_waiting",
    "num_preempted": "vllm:num_preemptions_total",
}
CACHE_INFO = re.compile(r"^vllm:cache_config_info{(.*)} ", re.MULTILINE)
BLOCKS = re.compile(r'\b(block_size|num_gpu_blocks)="(\d+)"')


class LostError(UnavailableError):
    """The server cannot be reached or broke off; nothing it began will come."""


class MissingAdapterError(LostError):
    """The server does not know the adapter that a turn is to be sampled with."""


class VllmServer:
    """One server. Faults of the connection are `LostError`, refusals plain unavailability."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._transport = transport or EngineTransport(self.url)
        self._generate_url = httpx.URL(self.url + GENERATE)
        """Parsed once: a URL costs as much as the rest of a request's head."""

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def generate(
        self,
        order: TurnOrder,
        max_tokens: int,
        on_token: Callable[[int], None] | None,
        adapter: str | None = None,
    ) -> EngineReply:
        """Sample a turn. Cancelling the call closes the connection, and the server aborts."""
        body = generation_of(order, max_tokens, is_streamed=on_token is not None)
        if adapter is not None:
            body["model"] = adapter
        headers = {"x-session-id": order.session} if order.session else {}
        path, collected = GENERATE, Collected()
        async with _translated(self.url):
            if on_token is None:
                whole = ReplyBody.model_validate_json(await self._send("POST", path, body, headers))
                for choice in whole.choices[:1]:
                    collected.add(choice)
                return collected.reply()
            is_done = False
            async for line in self._events(path, body, headers):
                is_done = is_done or line == DONE
                part = ReplyBody() if line == DONE else ReplyBody.model_validate_json(line)
                if part.error is not None:
                    raise LostError(f"{self.url} failed in mid-turn: {part.error.message}")
                for choice in part.choices[:1]:
                    for token_id in collected.add(choice):
                        on_token(token_id)
        if not is_done:
            raise LostError(f"{self.url} broke off a turn after {len(collected.token_ids)} tokens")
        return collected.reply()

    async def model(self) -> ModelBody:
        """Return the model that is served and its context length."""
        models = await self._control("GET", "/v1/models", ModelsBody)
        if not models.data:
            raise UnavailableError(f"{self.url} serves no model")
        return models.data[0]

    async def label(self) -> str:
        """Return the label of the weights in use."""
        return (await self._control("GET", "/weight_info", WeightsBody)).weight_version

    async def load(self) -> EngineLoad:
        """Return what the server's metrics say of its cache and queue."""
        async with _translated(self.url, CONTROL_SECONDS):
            text = (await self._send("GET", "/metrics")).decode(errors="replace")
        return load_of(text)

    async def pause(self) -> None:
        """Freeze the turns under way; new ones wait inside the server."""
        await self._act("/pause?mode=keep&clear_cache=false", seconds=60.0)

    async def resume(self) -> None:
        """Go on with what was frozen."""
        await self._act("/resume")

    async def update(self, folder: Path, label: str) -> None:
        """Read a folder's weights in place of those in use; forget what the old ones computed."""
        rpc = {"method": "reload_weights", "kwargs": {"weights_path": str(folder)}}
        await self._act("/collective_rpc", rpc, seconds=UPDATE_SECONDS)
        path = "/reset_prefix_cache?reset_running_requests=true"
        done = await self._control("POST", path, ResetBody, seconds=60.0)
        if not done.success:
            raise UnavailableError(f"{self.url} kept the keys and values of older weights")
        # Last: whoever finds the label may rely on all that came before it.
        await self._act("/update_weight_version", {"new_version": label})

    async def load_adapter(self, name: str, folder: Path) -> None:
        """Load a LoRA adapter beside the weights in use. One that is loaded stays as it is."""
        body = {"lora_name": name, "lora_path": str(folder)}
        try:
            await self._act("/v1/load_lora_adapter", body, seconds=ADAPTER_SECONDS)
        except UnavailableError as fault:
            if ALREADY_LOADED not in fault.detail:
                raise

    async def unload_adapter(self, name: str) -> None:
        """Forget an adapter; turns under way end with it."""
        await self._act("/v1/unload_lora_adapter", {"lora_name": name})

    async def _act(
        self, path: str, body: Mapping[str, object] | None = None, seconds: float = CONTROL_SECONDS
    ) -> None:
        async with _translated(self.url, seconds):
            await self._send("POST", path, body or {})

    async def _control(
        self, method: str, path: str, model: type[T], seconds: float = CONTROL_SECONDS
    ) -> T:
        async with _translated(self.url, seconds):
            return model.model_validate_json(await self._send(method, path))

    async def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        async with self._asked(method, path, body, headers) as response:
            content = await response.aread()
        _check_status(response, content)
        return content

    async def _events(
        self, path: str, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> AsyncGenerator[str]:
        async with self._asked("POST", path, body, headers) as response:
            if response.status_code >= 400:
                _check_status(response, await response.aread())
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield line.removeprefix("data: ")

    @asynccontextmanager
    async def _asked(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str] | None,
    ) -> AsyncGenerator[httpx.Response]:
        """Send a request; its answer is read, or given up, inside the block."""
        url = self._generate_url if path == GENERATE else httpx.URL(self.url + path)
        content = None if body is None else to_json(body)
        typed = {} if body is None else {"content-type": "application/json"}
        request = httpx.Request(method, url, headers={**typed, **(headers or {})}, content=content)
        response = await self._transport.handle_async_request(request)
        response.request = request
        try:
            yield response
        finally:
            await response.aclose()


def load_of(metrics: str) -> EngineLoad:
    """Return the load that a server's metrics tell; several engines behind it are summed."""
    found = {
        name: [
            float(one) for one in re.findall(rf"^{metric}(?:{{.*}})? ([-+.0-9e]+)$", metrics, re.M)
        ]
        for name, metric in GAUGES.items()
    }
    usages = found["cache_usage"]
    sizes = [
        int(blocks["block_size"]) * int(blocks["num_gpu_blocks"])
        for blocks in (dict(BLOCKS.findall(info)) for info in CACHE_INFO.findall(metrics))
        if len(blocks) == 2
    ]
    return EngineLoad(
        capacity_tokens=float(sum(sizes)),
        cache_usage=sum(usages) / max(len(usages), 1),
        num_waiting=sum(found["num_waiting"]),
        num_preempted=sum(found["num_preempted"]),
    )


def _check_status(response: httpx.Response, content: bytes) -> None:
    status, where = response.status_code, f"{response.request.method} {response.request.url}"
    if status < 400:
        return
    says = content[:300].decode(errors="replace")
    if status == 404 and "does not exist" in says:
        raise MissingAdapterError(f"{where} was refused: {says}")
    if status == 404:
        raise UnavailableError(f"{where}: no such route; the server needs VLLM_SERVER_DEV_MODE=1")
    if status < 500:
        raise UnavailableError(f"{where} was refused with {status}: {says}")
    raise LostError(f"{where} failed with {status}: {says}")


@asynccontextmanager
async def _translated(url: str, seconds: float | None = None) -> AsyncGenerator[None]:
    """Turn what the connection and the parser raise into faults that name the server."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise LostError(f"{url} did not answer within {seconds} s") from error
    except httpx.RequestError as error:
        raise LostError(f"{url} cannot be reached: {type(error).__name__} {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise UnavailableError(
            f"the engine's reply was refused: {url} answered with what is none "
            f"({'.'.join(str(part) for part in first['loc'])}: {first['msg']})"
        ) from error
