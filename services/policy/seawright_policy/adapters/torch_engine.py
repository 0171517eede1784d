"""The torch engine: continuous batching of many turns in one thread, on CPU or one device.

Requests join between decode steps and leave when their turn ends. Each turn is sampled by the
version it began with; a newly loaded version gets its own lane, and old lanes run empty.
"""

import asyncio
import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import torch
from structlog.stdlib import get_logger

from seawright_policy.adapters.torch_cache import ParkedPrefixes
from seawright_policy.adapters.torch_lanes import Lane, Running
from seawright_policy.adapters.torch_weights import read_weights
from seawright_policy.core.model_uris import ADAPTER_CONFIG, folder_of
from seawright_policy.core.turns import OnToken, SampledTurn, TurnOrder
from seawright_shared.errors import InvalidRequestError, NotFoundError, UnavailableError
from seawright_shared.records.rollouts import PolicyVersion

KEPT_KERNELS = "128"
"""Prompts differ in length: oneDNN's default of a thousand kept kernels takes gigabytes."""

PREFILL_TOKENS = 2048
"""Most prompt tokens read between two decode steps, so that running turns are not held up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchOptions:
    """How the engine runs."""

    device: str = "cpu"
    dtype: torch.dtype = torch.bfloat16
    num_threads: int = 1
    num_slots: int = 32
    max_context: int = 4096
    parked_tokens: int = 64_000


class TorchEngine:
    """An engine over transformers' Qwen3 weights. Use as an async context manager."""

    pause_seconds = 0.0
    """New weights keep no turn waiting: they are loaded beside the old ones."""

    def __init__(self, options: TorchOptions) -> None:
        # Read by oneDNN at its first product, which comes later.
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", KEPT_KERNELS)
        self._options = options
        self._inbox: queue.SimpleQueue[tuple[Lane, Running] | None] = queue.SimpleQueue()
        self._waiting: deque[tuple[Lane, Running]] = deque()
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._parked = ParkedPrefixes(options.parked_tokens)
        self._thread = threading.Thread(target=self._serve, name="torch-engine", daemon=True)
        self._num_open = 0

    async def __aenter__(self) -> "TorchEngine":
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    async def load(self, version: PolicyVersion) -> int:
        """Read a version's weights beside those in use; return its context length."""
        options, folder = self._options, folder_of(version.uri)
        if (folder / ADAPTER_CONFIG).is_file():
            raise InvalidRequestError(
                f"{folder} is a LoRA adapter, which the torch engine cannot serve: merge it into "
                "its base, or sample with vLLM"
            )
        weights = await asyncio.to_thread(
            read_weights,
            folder,
            dtype=options.dtype,
            max_context=options.max_context,
            device=options.device,
        )
        lane = Lane(weights, version.version, self._parked, options.num_slots, options.device)
        self._lanes[version.model, version.version] = lane
        return weights.context_length

    async def switch(self, version: PolicyVersion) -> None:
        """Do nothing: all loaded versions sample beside each other."""

    async def drop(self, model: str, version: int) -> None:
        """Take no more turns for a version; those it is sampling end as they are."""
        self._lanes.pop((model, version), None)

    async def sample(self, order: TurnOrder, on_token: OnToken | None = None) -> SampledTurn:
        """Sample one turn; a prompt that fills the context gives none."""
        lane = self._lanes.get((order.model, order.version))
        if lane is None:
            raise NotFoundError(f"version {order.version} of {order.model!r} is not loaded")
        if not self._thread.is_alive():
            raise UnavailableError("the engine is not running")
        if len(order.token_ids) >= lane.weights.context_length:
            return SampledTurn(token_ids=[], logprobs=[], versions=[], finish="context_full")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[SampledTurn] = loop.create_future()

        def hear(token_id: int) -> None:
            if on_token is not None:
                loop.call_soon_threadsafe(on_token, token_id)

        def end(sampled: SampledTurn) -> None:
            loop.call_soon_threadsafe(lambda: done.done() or done.set_result(sampled))

        def fail(error: Exception) -> None:
            fault = UnavailableError(f"the engine failed: {error}")
            loop.call_soon_threadsafe(lambda: done.done() or done.set_exception(fault))

        turn = Running(order=order, on_token=hear, on_end=end, on_fault=fail)
        self._num_open += 1
        self._inbox.put((lane, turn))
        try:
            return await done
        finally:
            self._num_open -= 1
            turn.is_cancelled = True

    def load_of(self) -> tuple[int, int]:
        """Return how many turns are being sampled and how many wait."""
        num_waiting = min(len(self._waiting) + self._inbox.qsize(), self._num_open)
        return self._num_open - num_waiting, num_waiting

    def _serve(self) -> None:
        """Run the engine thread until it is told to end."""
        torch.set_num_threads(self._options.num_threads)
        busy: list[Lane] = []
        while self._take_orders(is_idle=not busy and not self._waiting):
            for lane in self._admit(busy):
                if lane not in busy:
                    busy.append(lane)
            for lane in busy:
                self._guarded(lane, lane.sweep)
                if lane.running:
                    self._guarded(lane, lane.step)
                    self._guarded(lane, lane.sweep)
            busy = [lane for lane in busy if lane.running]
        for lane in busy:
            lane.fail(RuntimeError("the service is stopping"))

    def _take_orders(self, *, is_idle: bool) -> bool:
        """Take what came in, waiting for it when idle; return whether to go on."""
        while True:
            try:
                order = self._inbox.get(block=is_idle)
            except queue.Empty:
                return True
            if order is None:
                return False
            self._waiting.append(order)
            is_idle = False

    def _admit(self, busy: list[Lane]) -> list[Lane]:
        """Let waiting turns into free slots, in order, within the prompt budget."""
        free = self._options.num_slots - sum(len(lane.running) for lane in busy)
        budget, chosen = PREFILL_TOKENS, dict[int, tuple[Lane, list[Running]]]()
        while self._waiting and free > 0 and budget > 0:
            lane, turn = self._waiting.popleft()
            if turn.is_cancelled:
                continue
            chosen.setdefault(id(lane), (lane, []))[1].append(turn)
            budget -= lane.num_new_tokens(turn.order)
            free -= 1
        for lane, turns in chosen.values():
            self._guarded(lane, lambda lane=lane, turns=turns: lane.admit(turns))
        return [lane for lane, _ in chosen.values()]

    def _guarded(self, lane: Lane, act: Callable[[], None]) -> None:
        """Act on a lane; what torch refuses fails that lane's turns and no others."""
        try:
            act()
        except RuntimeError as error:
            get_logger().exception("lane.failed")
            lane.fail(error)
