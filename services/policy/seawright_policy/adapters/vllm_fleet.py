"""The replicas behind the vLLM engine: taken in and out, kept at one set of weights, shared out."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
from structlog.stdlib import get_logger

from seawright_policy.adapters.vllm_server import LostError, VllmServer
from seawright_policy.adapters.vllm_weights import Weights, update
from seawright_policy.core.engine_replies import EngineReply, OldWeightsError
from seawright_policy.core.replicas import Bounds, Replica, adapted, choose
from seawright_policy.core.turns import OnToken, SampledTurn, TurnOrder
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
    watch_seconds: float = 1.0
    start_seconds: float = 600.0
    """How long to wait for the first replica."""
    bounds: Bounds = field(default_factory=Bounds)


Accept = Callable[[EngineReply], SampledTurn]
"""Checks a reply; raises what is wrong with it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Link:
    """A replica and what belongs to it here."""

    replica: Replica
    server: VllmServer
    patiences: set[asyncio.Timeout] = field(default_factory=set[asyncio.Timeout])
    """Of the turns it is sampling: they are cut short when it is lost."""
    heard_at: float = 0.0
    """When it last answered a turn, in the loop's time."""
    drained: asyncio.Event = field(default_factory=asyncio.Event)


class Fleet:
    """Replicas of one model. Use as an async context manager."""

    def __init__(
        self, options: FleetOptions, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        if not options.urls:
            raise InvalidRequestError("the vLLM engine needs the URL of at least one server")
        self._options = options
        self._links = [
            Link(
                replica=Replica(url=url, limit=min(options.bounds.least * 4, options.bounds.most)),
                server=VllmServer(url, transport),
            )
            for url in options.urls
        ]
        self._weights: Weights | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
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
        return len(self._waiting)

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

        Replicas that cannot are ejected, and read them when they come back.
        """
        before, self._weights = self._weights, weights
        ready = [link for link in self._links if link.replica.state == "ready"]
        for link in ready:
            link.replica.state = "updating"
        async with asyncio.TaskGroup() as group:
            for link in ready:
                group.create_task(self._brought_up(link))
        num_ready = sum(link.replica.state == "ready" for link in ready)
        if num_ready == 0:
            self._weights = before
            raise UnavailableError(f"no vLLM server could read {weights.label}")
        return num_ready

    async def run(
        self, order: TurnOrder, max_tokens: int, on_token: OnToken | None, accept: Accept
    ) -> SampledTurn:
        """Have one replica sample a turn; what it did not do well is its fault, and told so."""
        link = await self._slot(order.session)
        try:
            return accept(await self._on(link, order, max_tokens, on_token))
        except (LostError, OldWeightsError) as fault:
            self._eject(link, fault.detail)
            raise
        finally:
            self._release(link)

    async def _on(
        self, link: Link, order: TurnOrder, max_tokens: int, on_token: OnToken | None
    ) -> EngineReply:
        """Have a replica sample the turn; losing the replica ends the wait."""
        patience = asyncio.timeout(None)
        link.patiences.add(patience)
        try:
            async with patience:
                reply = await link.server.generate(order, max_tokens, on_token)
        except TimeoutError as error:
            raise LostError(f"{link.replica.url} was lost: {link.replica.reason}") from error
        finally:
            link.patiences.discard(patience)
        link.heard_at = asyncio.get_running_loop().time()
        return reply

    async def _slot(self, session: str) -> Link:
        """Wait for a replica that may take a turn, and count it there."""
        while (chosen := choose(self.replicas, session)) is None:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                self._wake()
                raise
            finally:
                if turn in self._waiting:
                    self._waiting.remove(turn)
        link = next(one for one in self._links if one.replica is chosen)
        chosen.num_open += 1
        link.drained.clear()
        return link

    def _release(self, link: Link) -> None:
        link.replica.num_open -= 1
        if link.replica.num_open == 0:
            link.drained.set()
        self._wake()

    def _wake(self) -> None:
        """Let those who wait look again, as many as there are free places."""
        free = sum(
            max(int(one.limit) - one.num_open, 0) for one in self.replicas if one.state == "ready"
        )
        while self._waiting and free > 0:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1

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
            await self._check_health(link)
            self._wake()
        except SeawrightError as fault:
            replica.reason = fault.detail
            self._eject(link, fault.detail)

    async def _admit(self, link: Link) -> None:
        """Take a replica in: it must generate, and it must hold the current weights."""
        model = await link.server.model()
        await self._no_op(link)
        length = model.max_model_len
        self.context_length = min(self.context_length or length, length)
        if self._is_old(await link.server.label()):
            link.replica.state = "updating"
            await self._brought_up(link)
        else:
            link.replica.state = "ready"
        if link.replica.state == "ready":
            get_logger().info("replica.admitted", url=link.replica.url)
            self._seen.set()

    def _is_old(self, label: str) -> bool:
        return self._weights is not None and label != self._weights.label

    async def _brought_up(self, link: Link) -> None:
        """Bring a replica to the current weights: then it is ready, or else ejected."""
        if link.replica.num_open == 0:
            link.drained.set()
        try:
            while (weights := self._weights) is not None:
                await update(link.server, weights, link.drained, self._options.drain_seconds)
                if weights is self._weights:
                    break
            link.replica.state = "ready"
        except SeawrightError as fault:
            self._eject(link, fault.detail)
        self._wake()

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
