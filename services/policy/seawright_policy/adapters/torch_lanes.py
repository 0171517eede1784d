"""Lanes: the running turns of one loaded version, advanced together step by step."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from seawright_policy.adapters.torch_cache import ParkedPrefixes, SlotCache
from seawright_policy.adapters.torch_forward import Segment, decode, prefill
from seawright_policy.adapters.torch_weights import Weights
from seawright_policy.core.drawing import draw, uniforms
from seawright_policy.core.turns import Finish, SampledTurn, TurnOrder


@dataclass(slots=True, kw_only=True)
class Running:
    """One turn being sampled."""

    order: TurnOrder
    on_token: Callable[[int], None]
    on_end: Callable[[SampledTurn], None]
    on_fault: Callable[[Exception], None]
    is_cancelled: bool = False
    token_ids: list[int] = field(default_factory=list[int])
    logprobs: list[float] = field(default_factory=list[float])
    chances: list[float] = field(default_factory=list[float])

    @property
    def num_cached(self) -> int:
        """How many tokens have keys and values: all but the last sampled one."""
        return len(self.order.token_ids) + len(self.token_ids) - 1

    def add(self, token_id: int, logprob: float) -> None:
        """Take the next sampled token."""
        self.token_ids.append(token_id)
        self.logprobs.append(logprob)
        self.on_token(token_id)

    def finish(self, context_length: int) -> Finish | None:
        """Return why the turn is over, or None while it goes on."""
        if self.token_ids[-1] == self.order.end_id:
            return "stop"
        if self.num_cached + 1 >= context_length:
            return "context_full"
        return "length" if len(self.token_ids) >= self.order.sampling.max_tokens else None


def key_of(model: str, version: int, token_ids: Sequence[int]) -> bytes:
    """Return the key of a prefix's cache: it is only good for the version that wrote it."""
    tokens = np.asarray(token_ids, "<u4").tobytes()
    return hashlib.sha256(f"{model}/{version}:".encode() + tokens).digest()


class Lane:
    """Samples turns with one set of weights. Not thread-safe: one thread owns all lanes."""

    def __init__(
        self, weights: Weights, version: int, parked: ParkedPrefixes, num_slots: int, device: str
    ) -> None:
        self.weights = weights
        self.running: list[Running] = []
        self._version = version
        self._parked = parked
        self._cache = SlotCache(weights, num_slots, device)

    @torch.inference_mode()
    def admit(self, turns: Sequence[Running]) -> None:
        """Read the prompts of new turns, from the parked prefixes on, and draw first tokens."""
        segments: list[Segment] = []
        for turn in turns:
            sampling, prompt = turn.order.sampling, turn.order.token_ids
            most = min(sampling.max_tokens, self.weights.context_length - len(prompt))
            turn.chances = uniforms(sampling.seed, prompt, most).tolist()
            slot = len(self.running)
            self.running.append(turn)
            start = self._resume(turn.order, slot)
            segments.append(Segment(slot=slot, start=start, token_ids=turn.order.token_ids[start:]))
        logits = prefill(self.weights, self._cache, segments)
        for segment, turn in zip(segments, turns, strict=True):
            opening = turn.order.cuts[0] if turn.order.cuts else 0
            if segment.start < opening:
                self._park(turn.order.token_ids[:opening], segment.slot)
        self._draw(turns, logits)

    @torch.inference_mode()
    def step(self) -> None:
        """Draw the next token of every running turn; let go of those that are done."""
        ids = [turn.token_ids[-1] for turn in self.running]
        positions = [turn.num_cached for turn in self.running]
        self._draw(self.running, decode(self.weights, self._cache, ids, positions))

    @torch.inference_mode()
    def sweep(self) -> None:
        """Answer the turns that are over and close the gaps they leave."""
        for slot in reversed(range(len(self.running))):
            turn = self.running[slot]
            finish = turn.finish(self.weights.context_length)
            if finish is None and not turn.is_cancelled:
                continue
            if finish is not None:
                self._end(turn, slot, finish)
            last = self.running.pop()
            if last is not turn:
                self._cache.move(len(self.running), slot, last.num_cached)
                self.running[slot] = last
        if not self.running:
            self._cache.release()

    def fail(self, error: Exception) -> None:
        """Answer all running turns with a fault and start afresh."""
        for turn in self.running:
            turn.on_fault(error)
        self.running.clear()
        self._cache.release()

    def num_new_tokens(self, order: TurnOrder) -> int:
        """Return how many prompt tokens are to be read."""
        return len(order.token_ids) - self._longest(order)

    def _end(self, turn: Running, slot: int, finish: Finish) -> None:
        self._park([*turn.order.token_ids, *turn.token_ids[:-1]], slot)
        versions = [self._version] * len(turn.token_ids)
        turn.on_end(
            SampledTurn(
                token_ids=turn.token_ids, logprobs=turn.logprobs, versions=versions, finish=finish
            )
        )

    def _draw(self, turns: Sequence[Running], logits: torch.Tensor) -> None:
        sampling = [turn.order.sampling for turn in turns]
        drawn = draw(
            logits,
            [one.temperature for one in sampling],
            [one.top_p for one in sampling],
            [turn.chances[len(turn.token_ids)] for turn in turns],
        )
        for turn, token_id, logprob in zip(turns, drawn.token_ids, drawn.logprobs, strict=True):
            turn.add(token_id, logprob)

    def _longest(self, order: TurnOrder) -> int:
        """Return the length of the longest parked prefix; at least one token is left to feed."""
        cuts = [cut for cut in order.cuts if 0 < cut < len(order.token_ids)]
        for cut in sorted(cuts, reverse=True):
            if key_of(order.model, self._version, order.token_ids[:cut]) in self._parked:
                return cut
        return 0

    def _resume(self, order: TurnOrder, slot: int) -> int:
        """Copy the longest parked prefix into the slot; return its length."""
        length = self._longest(order)
        key = key_of(order.model, self._version, order.token_ids[:length])
        prefix = self._parked.get(key)
        if prefix is None:
            return 0
        self._cache.put(slot, prefix)
        return length

    def _park(self, token_ids: Sequence[int], slot: int) -> None:
        model = self.running[slot].order.model
        key = key_of(model, self._version, token_ids)
        if key not in self._parked:
            self._parked.park(key, self._cache.take(slot, len(token_ids)))
