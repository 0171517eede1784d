"""The engine over stock vLLM servers: N replicas of one model, kept at the same weights.

A turn goes to the replica that has its trajectory's cache, unless that one is far busier than the
others; it is sent to another only while no token of it was told. A replica that fails, or samples
with weights that were not published to it, takes no more turns until it has been seen to work and
has read the current weights.

A version may be a LoRA adapter over the whole weights that are served: it is loaded beside them
when it is prepared, and nothing waits when it is committed.
"""

import asyncio
from dataclasses import dataclass

import httpx
from structlog.stdlib import get_logger

from seawright_policy.adapters.vllm_fleet import Fleet, FleetOptions
from seawright_policy.adapters.vllm_server import LostError
from seawright_policy.adapters.vllm_slots import Turn
from seawright_policy.adapters.vllm_weights import (
    Weights,
    context_length_of,
    is_adapter,
    label_of,
    require_base,
)
from seawright_policy.core.engine_replies import EngineReply, OldWeightsError, checked
from seawright_policy.core.model_uris import folder_of
from seawright_policy.core.replicas import Replica
from seawright_policy.core.turns import OnToken, SampledTurn, TurnOrder
from seawright_shared.errors import (
    ConflictError,
    DeadlineError,
    InvalidRequestError,
    UnavailableError,
)
from seawright_shared.records.rollouts import PolicyVersion

MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmOptions:
    """How the engine is used."""

    fleet: FleetOptions
    max_context: int = 1 << 20
    call_seconds: float = 240.0
    """From the order to the turn, waiting included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A loaded LoRA adapter."""

    name: str
    base: str
    """Label of the weights under it."""


class VllmEngine:
    """An engine behind HTTP. Use as an async context manager."""

    def __init__(
        self, options: VllmOptions, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._options = options
        self._fleet = Fleet(options.fleet, transport)
        self._labels: dict[str, int] = {}
        self._base: Weights | None = None
        """The whole weights in use."""
        self._adapters: dict[tuple[str, int], Adapter] = {}
        self._context_length = options.max_context
        self._model: str | None = None
        self.pause_seconds = 0.0
        """How long the last change of weights kept new turns waiting."""

    @property
    def replicas(self) -> list[Replica]:
        """What is known of each replica."""
        return self._fleet.replicas

    async def __aenter__(self) -> "VllmEngine":
        await self._fleet.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._fleet.__aexit__()

    async def load(self, version: PolicyVersion) -> int:
        """Check a version against what is served; return the context length."""
        if self._model not in (None, version.model):
            raise InvalidRequestError(
                f"the vLLM servers hold model {self._model!r}: they cannot serve {version.model!r}"
            )
        if await asyncio.to_thread(is_adapter, version):
            await self._load_adapter(version)
            return self._context_length
        own = await asyncio.to_thread(context_length_of, version)
        await self._fleet.seen()
        self._model = version.model
        served = self._fleet.context_length
        assert served is not None
        self._context_length = min(own, served, self._options.max_context)
        return self._context_length

    async def switch(self, version: PolicyVersion) -> None:
        """Have the replicas read a version's weights; turns ordered meanwhile wait."""
        adapter = self._adapters.get((version.model, version.version))
        if adapter is not None:
            self._require_base(adapter)
            self.pause_seconds = 0.0
            return
        weights = Weights(version=version, label=label_of(version))
        self._labels[weights.label] = version.version
        loop = asyncio.get_running_loop()
        began = loop.time()
        num_ready = await self._fleet.publish(weights)
        self._base = weights
        self.pause_seconds = loop.time() - began
        get_logger().info(
            "weights.published",
            version=version.version,
            num_replicas=num_ready,
            seconds=round(self.pause_seconds, 3),
        )

    async def drop(self, model: str, version: int) -> None:
        """Forget an adapter. Servers hold one set of whole weights, and its label stays known."""
        adapter = self._adapters.pop((model, version), None)
        if adapter is not None:
            await self._fleet.drop_adapter(adapter.name)

    async def sample(self, order: TurnOrder, on_token: OnToken | None = None) -> SampledTurn:
        """Sample one turn; a prompt that fills the context gives none."""
        if order.sampling.top_p != 1.0:
            raise InvalidRequestError(
                "top_p must be 1 with the vLLM engine: its log-probs would be of the cut "
                "distribution, which a trainer cannot compute again"
            )
        if len(order.token_ids) >= self._context_length:
            return SampledTurn(token_ids=[], logprobs=[], versions=[], finish="context_full")
        seconds = self._options.call_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._sampled(order, on_token)
        except TimeoutError as error:
            raise DeadlineError(f"no turn was sampled within {seconds:g} s") from error

    def load_of(self) -> tuple[int, int]:
        """Return how many turns are being sampled and how many wait."""
        return sum(one.num_open for one in self.replicas), self._fleet.num_waiting

    async def _sampled(self, order: TurnOrder, on_token: OnToken | None) -> SampledTurn:
        max_tokens = min(order.sampling.max_tokens, self._context_length - len(order.token_ids))
        num_told = 0

        def tell(token_id: int) -> None:
            nonlocal num_told
            num_told += 1
            assert on_token is not None
            on_token(token_id)

        adapter = self._adapters.get((order.model, order.version))
        labels = self._labels if adapter is None else {adapter.base: order.version}

        def accept(reply: EngineReply) -> SampledTurn:
            if adapter and any(
                one.label != adapter.base and one.label in self._labels for one in reply.spans
            ):
                raise UnavailableError("the weights under the turn's adapter changed meanwhile")
            return checked(order, reply, self._context_length, labels)

        turn = Turn(
            order=order,
            max_tokens=max_tokens,
            on_token=tell if on_token else None,
            adapter=adapter.name if adapter else None,
        )
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                return await self._fleet.run(turn, accept)
            except (LostError, OldWeightsError):
                if num_told or attempt == MAX_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    async def _load_adapter(self, version: PolicyVersion) -> None:
        if self._base is None:
            raise InvalidRequestError(
                f"{version.uri} is a LoRA adapter: publish the weights under it first"
            )
        await asyncio.to_thread(require_base, version, self._base.version)
        adapter = Adapter(name=label_of(version), base=self._base.label)
        await self._fleet.put_adapter(adapter.name, folder_of(version.uri))
        self._adapters[version.model, version.version] = adapter

    def _require_base(self, adapter: Adapter) -> None:
        if self._base is None or self._base.label != adapter.base:
            raise ConflictError(
                f"the adapter {adapter.name} was prepared over {adapter.base}, which no longer serves"
            )
