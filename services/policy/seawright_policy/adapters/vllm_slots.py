"""Places for turns at replicas: given to those who wait in the order in which they came."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from seawright_policy.adapters.vllm_server import VllmServer
from seawright_policy.core.replicas import Claim, Replica, choose
from seawright_policy.core.turns import OnToken, TurnOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn as a replica gets it."""

    order: TurnOrder
    max_tokens: int
    on_token: OnToken | None = None
    adapter: str | None = None
    """The LoRA adapter over the weights; None: the weights alone."""

    @property
    def claim(self) -> Claim:
        """What it asks of a replica."""
        num_tokens = len(self.order.token_ids) + self.max_tokens
        return Claim(session=self.order.session, num_tokens=num_tokens)


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

    def take(self, claim: Claim) -> None:
        """Count a turn in."""
        self.replica.num_open += 1
        self.replica.num_open_tokens += claim.num_tokens
        self.drained.clear()

    def give_back(self, claim: Claim) -> None:
        """Count a turn out."""
        self.replica.num_open -= 1
        self.replica.num_open_tokens -= claim.num_tokens
        if self.replica.num_open == 0:
            self.drained.set()


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A turn without a place."""

    claim: Claim
    place: "asyncio.Future[Link]"


class Slots:
    """The places of all replicas."""

    def __init__(self, links: Sequence[Link], most: int) -> None:
        self._links = links
        self._most = most
        self._waiting: deque[Waiting] = deque()

    @property
    def num_waiting(self) -> int:
        """How many turns wait for a place."""
        return len(self._waiting)

    async def place(self, claim: Claim) -> Link:
        """Wait for a replica that may take a turn, and count it there."""
        turn = Waiting(claim, asyncio.get_running_loop().create_future())
        self._waiting.append(turn)
        self.fill()
        try:
            return await turn.place
        except asyncio.CancelledError:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif turn.place.done() and not turn.place.cancelled():
                self.free(turn.place.result(), claim)
            raise

    def free(self, link: Link, claim: Claim) -> None:
        """Give a place back; somebody who waits may have it."""
        link.give_back(claim)
        self.fill()

    def fill(self) -> None:
        """Give places to those who wait longest, as many as there are."""
        replicas = [link.replica for link in self._links]
        while self._waiting:
            turn = self._waiting[0]
            chosen = choose(replicas, turn.claim, self._most)
            if chosen is None:
                return
            self._waiting.popleft()
            if turn.place.done():
                continue
            link = next(one for one in self._links if one.replica is chosen)
            link.take(turn.claim)
            turn.place.set_result(link)
