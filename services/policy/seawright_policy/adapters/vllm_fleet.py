"""The replicas behind the vLLM engine: taken in and out, kept at one set of weights, shared out."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from structlog.stdlib import get_logger

from seawright_policy.adapters.vllm_server import LostError, VllmServer
from seawright_policy.adapters.vllm_slots import Link, Slots, Turn
from seawright_policy.adapters.vllm_weights import Weights, update
from seawright_policy.core.engine_replies import EngineReply, OldWeightsError
from seawright_policy.core.replicas import Bounds, Replica, adapted
from seawright_policy.core.turns import SampledTurn, TurnOrder
from seawright_shared.errors import InvalidRequestError, SeawrightError, UnavailableError
from seawright_shared.records.trajectories import Sampling

NO_OP = TurnOrder(
    model="",
    version=0,
    token_ids=[0],
    cuts=[],
    sampling=Sampling(temperature=0.0, max_tokens=1),
    end_id=1,
)
"""One token after one token: what a server must be able to do to be called healthy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """How replicas are looked after."""

    urls: Sequence[str]
    health_seconds: float = 30.0
    """How long a no-op generation may take; one is made whenever no turn came for as long."""
    drain_seconds: float = 10.0
    """How long turns under way may take to end before new weights freeze them."""
    late_seconds: float = 60.0
    """How much longer than the fastest one a replica may take to read new weights."""
    watch_seconds: float = 1.0
    start_seconds: float = 600.0
    """How long to wait for the first replica."""
    bounds: Bounds = field(default_factory=Bounds)


Accept = Callable[[EngineReply], SampledTurn]
"""Checks a reply; raises what is wrong with it."""


class Fleet:
    """Replicas of one model. Use as an async context manager."""

    def __init__(
        self, options: FleetOptions, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        if not options.urls:
            raise InvalidRequestError("the vLLM engine needs the URL of at least one server")
        self._options = options
        most = options.bounds.most
        self._links = [
            Link(
                replica=Replica(url=url, limit=min(options.bounds.least * 4, most)),
                server=VllmServer(url, transport),
            )
            for url in options.urls
        ]
        self._slots = Slots(self._links, most)
        self._weights: Weights | None = None
        self._adapters: dict[str, Path] = {}
        """What every replica has loaded beside its weights."""
        self._seen = asyncio.Event()
        self._stack = AsyncExitStack()
        self.context_length: int | None = None
        """The least of the replicas that were seen."""

    @property
    def replicas(self) -> list[Replica]:
        """What is known of each replica."""
        return [link.replica for link in self._links]

    @property
    def num_waiting(self) -> int:
        """How many turns wait for a replica."""
        return self._slots.num_waiting

    async def __aenter__(self) -> "Fleet":
        async with AsyncExitStack() as stack:
            for link in self._links:
                stack.push_async_callback(link.server.aclose)
            group = await stack.enter_async_context(asyncio.TaskGroup())
            for link in self._links:
                stack.callback(group.create_task(self._watch(link)).cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def seen(self) -> None:
        """Wait until a replica works."""
        try:
            async with asyncio.timeout(self._options.start_seconds):
                await self._seen.wait()
        except TimeoutError as error:
            reasons = "; ".join(f"{one.url}: {one.reason}" for one in self.replicas)
            raise UnavailableError(f"no vLLM server works: {reasons}") from error

    async def publish(self, weights: Weights) -> int:
        """Have all ready replicas read weights; turns ordered meanwhile wait. Return how many did.

        Replicas that cannot, or are late, are ejected, and read them when they come back.
        """
        before, self._weights = self._weights, weights
        ready = self._ready()
        for link in ready:
            link.replica.state = "updating"
        running: set[asyncio.Timeout] = set()
        async with asyncio.TaskGroup() as group:
            for link in ready:
                group.create_task(self._brought_up_in_time(link, running))
        num_ready = sum(link.replica.state == "ready" for link in ready)
        if num_ready == 0:
            self._weights = before
            raise UnavailableError(f"no vLLM server could read {weights.label}")
        return num_ready

    async def put_adapter(self, name: str, folder: Path) -> None:
        """Load an adapter on all ready replicas; those that cannot are ejected."""
        faults: list[SeawrightError] = []

        async def load(link: Link) -> None:
            try:
                await link.server.load_adapter(name, folder)
            except SeawrightError as fault:
                faults.append(fault)

        links = self._ready()
        async with asyncio.TaskGroup() as group:
            for link in links:
                group.create_task(load(link))
        if len(faults) == len(links):
            raise faults[0] if faults else UnavailableError("no vLLM server works")
        # Whoever lacks it loads it when it comes back.
        self._adapters[name] = folder

    async def drop_adapter(self, name: str) -> None:
        """Forget an adapter; turns under way end with it."""
        if self._adapters.pop(name, None) is None:
            return
        for link in self._ready():
            try:
                await link.server.unload_adapter(name)
            except SeawrightError as fault:
                # It only takes a place there: the name is never asked for again.
                get_logger().info("adapter.left", url=link.replica.url, reason=fault.detail)

    async def run(self, turn: Turn, accept: Accept) -> SampledTurn:
        """Have one replica sample a turn; what it did not do well is its fault, and told so."""
        claim = turn.claim
        link = await self._slots.place(claim)
        try:
            return accept(await self._on(link, turn))
        except (LostError, OldWeightsError) as fault:
            self._eject(link, fault.detail)
            raise
        finally:
            self._slots.free(link, claim)

    async def _on(self, link: Link, turn: Turn) -> EngineReply:
        """Have a replica sample the turn; losing the replica ends the wait."""
        patience = asyncio.timeout(None)
        link.patiences.add(patience)
        try:
            async with patience:
                reply = await link.server.generate(
                    turn.order, turn.max_tokens, turn.on_token, turn.adapter
                )
        except TimeoutError as error:
            raise LostError(f"{link.replica.url} was lost: {link.replica.reason}") from error
        finally:
            link.patiences.discard(patience)
        link.heard_at = asyncio.get_running_loop().time()
        return reply

    def _ready(self) -> list[Link]:
        return [link for link in self._links if link.replica.state == "ready"]

    def _eject(self, link: Link, reason: str) -> None:
        replica = link.replica
        if replica.state == "ejected":
            return
        replica.state, replica.reason = "ejected", reason
        get_logger().warning("replica.ejected", url=replica.url, reason=reason)
        now = asyncio.get_running_loop().time()
        for patience in link.patiences:
            patience.reschedule(now)

    async def _watch(self, link: Link) -> None:
        while True:
            if link.replica.state != "updating":
                await self._tend(link)
            await asyncio.sleep(self._options.watch_seconds)

    async def _tend(self, link: Link) -> None:
        """Look after a replica: measure its load, see that it works, take it in or out."""
        replica = link.replica
        try:
            if replica.state == "ejected":
                await self._admit(link)
            load = await link.server.load()
            label = await link.server.label()
            if self._is_old(label) and replica.state == "ready":
                self._eject(link, f"it came back with the weights {label!r}")
                return
            replica.limit = adapted(replica, load, self._options.bounds)
            replica.num_preempted = load.num_preempted
            replica.num_waiting = load.num_waiting
            replica.capacity_tokens = load.capacity_tokens
            await self._check_health(link)
            self._slots.fill()
        except SeawrightError as fault:
            replica.reason = fault.detail
            self._eject(link, fault.detail)

    async def _admit(self, link: Link) -> None:
        """Take a replica in: it must generate, and it must hold the current weights."""
        model = await link.server.model()
        await self._no_op(link)
        length = model.max_model_len
        self.context_length = min(self.context_length or length, length)
        link.replica.state = "updating"
        await self._brought_up(link)
        if link in self._ready():
            get_logger().info("replica.admitted", url=link.replica.url)
            self._seen.set()

    def _is_old(self, label: str) -> bool:
        return self._weights is not None and label != self._weights.label

    async def _brought_up_in_time(self, link: Link, running: set[asyncio.Timeout]) -> None:
        """Bring a replica up; once one is, the others have only so much time left."""
        patience = asyncio.timeout(None)
        running.add(patience)
        try:
            async with patience:
                await self._brought_up(link)
        except TimeoutError:
            self._eject(link, "it was late with new weights")
        finally:
            running.discard(patience)
        if link.replica.state == "ready":
            late = asyncio.get_running_loop().time() + self._options.late_seconds
            for one in running:
                if one.when() is None:
                    one.reschedule(late)

    async def _brought_up(self, link: Link) -> None:
        """Bring a replica to the current weights: then it is ready, or else ejected."""
        if link.replica.num_open == 0:
            link.drained.set()
        try:
            while (weights := self._weights) is not None:
                if self._is_old(await link.server.label()):
                    await update(link.server, weights, link.drained, self._options.drain_seconds)
                if weights is self._weights:
                    break
            for name, folder in list(self._adapters.items()):
                await link.server.load_adapter(name, folder)
            link.replica.state = "ready"
        except SeawrightError as fault:
            self._eject(link, fault.detail)
        self._slots.fill()

    async def _check_health(self, link: Link) -> None:
        """Have a replica that told nothing for a while make one token."""
        now = asyncio.get_running_loop().time()
        if now - link.heard_at >= self._options.health_seconds:
            await self._no_op(link)

    async def _no_op(self, link: Link) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._options.health_seconds):
                await link.server.generate(NO_OP, 1, None)
        except TimeoutError as error:
            # A busy replica may keep the no-op waiting: turns that came meanwhile are proof enough.
            if link.heard_at < began:
                seconds = self._options.health_seconds
                raise LostError(f"no token came within {seconds:g} s") from error
            return
        link.heard_at = loop.time()
