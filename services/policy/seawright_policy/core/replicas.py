"""Which replica of an engine samples a turn, and how many turns each may have at a time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

ReplicaState = Literal["ejected", "updating", "ready"]
LOAD_FACTOR = 1.25
"""How much busier than the mean a session's own replica may be before another takes its turn."""
SLACK_TURNS = 4
"""Turns above that, so that few turns are never moved."""
ROOMY, TIGHT, FULL = 0.6, 0.8, 0.9
"""Shares of the key-value cache: below the first more turns are let in, above the others fewer."""


@dataclass(slots=True, kw_only=True)
class Replica:
    """One engine server as the gateway sees it."""

    url: str
    state: ReplicaState = "ejected"
    reason: str = "not yet seen"
    """Why it is ejected."""
    num_open: int = 0
    """Turns it is sampling for this gateway."""
    num_open_tokens: int = 0
    """What these turns may come to hold in its cache, at most."""
    limit: float = 1.0
    """How many it may sample at a time, as its load taught."""
    capacity_tokens: float = 0.0
    """What its key-value cache holds; 0: it does not say."""
    num_waiting: float = 0.0
    """Turns that waited inside the engine, when last asked."""
    num_preempted: float = 0.0
    """Sequences the engine had pushed out of its cache, when last asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLoad:
    """What an engine says of itself."""

    cache_usage: float
    """Share of the key-value cache in use, 0 to 1."""
    num_waiting: float
    num_preempted: float
    capacity_tokens: float = 0.0
    """What the key-value cache holds; 0: it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Least and most turns at a time."""

    least: int = 4
    most: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a turn asks of a replica."""

    session: str
    num_tokens: int = 0
    """Of its context at its longest."""


def has_room(replica: Replica, num_tokens: int, most: int) -> bool:
    """Return whether a replica may take one more turn.

    Its limit is found by trial. Above it, a turn is safe where the cache has room for all open
    turns at their longest: none of them can be pushed out, so nothing needs to be tried.
    """
    if replica.num_open + 1 <= replica.limit:
        return True
    if replica.num_open >= most or replica.num_waiting > 0:
        return False
    return 0 < replica.num_open_tokens + num_tokens <= replica.capacity_tokens * FULL


def choose(replicas: Sequence[Replica], claim: Claim, most: int = 0) -> Replica | None:
    """Return the replica for a session's turn, or None where all ready ones are full.

    A session prefers the same replica at every turn, where its cache is; as long as the set of
    ready replicas stays, so does the order of preference. A replica far above the mean load is
    passed over.
    """
    ready = [one for one in replicas if one.state == "ready"]
    if not ready:
        return None
    mean = (1 + sum(one.num_open for one in ready)) / len(ready)
    fair_share = mean * LOAD_FACTOR + SLACK_TURNS
    open_ones = [one for one in ready if has_room(one, claim.num_tokens, most)]
    preferred = sorted(open_ones, key=lambda one: _score(one.url, claim.session), reverse=True)
    fair = (one for one in preferred if one.num_open + 1 <= fair_share)
    return next(fair, preferred[0] if preferred else None)


def adapted(replica: Replica, load: EngineLoad, bounds: Bounds) -> float:
    """Return how many turns a replica may have from now on.

    Slowly more while its cache is roomy and the limit is what holds turns back, less when the
    cache is tight or turns queue inside the engine, half when it is full or pushed turns out.
    """
    limit = replica.limit
    if load.cache_usage > FULL or load.num_preempted > replica.num_preempted:
        limit *= 0.5
    elif load.cache_usage > TIGHT or load.num_waiting > 0:
        limit *= 0.9
    elif load.cache_usage < ROOMY and replica.num_open >= int(limit) - 1:
        limit += max(1.0, limit * 0.1)
    return min(max(limit, bounds.least), bounds.most)


def _score(url: str, session: str) -> bytes:
    return hashlib.sha256(f"{session} {url}".encode()).digest()
