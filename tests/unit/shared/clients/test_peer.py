"""A peer is asked again only where that is safe, and its refusals keep their meaning."""

import random
from collections.abc import Callable, Sequence

import httpx
import pytest

from seawright_shared.clients.peer import Peer
from seawright_shared.clients.retries import RetryBudget, backoff_seconds
from seawright_shared.errors import (
    ConflictError,
    DeadlineError,
    SessionLostError,
    UnavailableError,
)
from seawright_shared.records.base import Record


class Thing(Record):
    """A resource."""

    id: str


Answer = httpx.Response | Exception


class Script(httpx.AsyncBaseTransport):
    """Answers with what was written down, in order, and remembers what was asked."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.waits: list[float] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return or raise the next answer."""
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def peer_of(*answers: Answer) -> tuple[Peer, Script]:
    """Return a peer that answers by the script."""
    script = Script(answers)

    async def note(seconds: float) -> None:
        script.waits.append(seconds)

    return Peer("http://peer", transport=script, jitter=random.Random(1), sleep=note), script


def ok() -> httpx.Response:
    """Return a thing."""
    return httpx.Response(200, json={"id": "t"})


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    """Return a problem document."""
    body = {"code": code, "detail": "because", "status": status, "context": {"x": "1"}}
    return httpx.Response(
        status, json=body, headers={"content-type": "application/problem+json", **headers}
    )


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_read_is_repeated_through_an_outage(status: int):
    peer, script = peer_of(httpx.Response(status), problem(status, "unavailable"), ok())
    assert (await peer.get("/t", Thing)).id == "t"
    assert len(script.asked) == 3


async def test_a_create_without_a_key_is_not_repeated_once_it_was_sent():
    for answer in (httpx.Response(503), httpx.ReadError("gone")):
        peer, script = peer_of(answer, ok())
        with pytest.raises(UnavailableError):
            await peer.post("/t", Thing(id="t"), Thing)
        assert len(script.asked) == 1


async def test_a_create_with_a_key_is_repeated_under_the_same_key():
    peer, script = peer_of(
        httpx.ReadError("gone"), problem(409, "in-flight", **{"retry-after": "1"}), ok()
    )
    await peer.post("/t", Thing(id="t"), Thing, idempotency_key="k")
    assert [request.headers["idempotency-key"] for request in script.asked] == ["k", "k", "k"]


async def test_a_connection_never_made_is_tried_again_even_for_a_create():
    peer, script = peer_of(httpx.ConnectError("refused"), ok())
    await peer.post("/t", None, Thing)
    assert len(script.asked) == 2


async def test_the_peer_is_not_asked_before_it_said():
    peer, script = peer_of(httpx.Response(503, headers={"retry-after": "2"}), ok())
    await peer.get("/t", Thing)
    assert len(script.waits) == 1
    assert 2.0 <= script.waits[0] <= 2.2


async def test_a_peer_that_stays_away_is_named():
    peer, script = peer_of(*[httpx.ConnectError("refused")] * 9)
    with pytest.raises(UnavailableError, match="http://peer cannot be reached for GET /t"):
        await peer.get("/t", Thing)
    assert len(script.asked) == 4


async def test_a_slow_answer_is_a_deadline_and_not_repeated():
    peer, script = peer_of(httpx.ReadTimeout("slow"))
    with pytest.raises(DeadlineError, match="within 60 s"):
        await peer.get("/t", Thing)
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (lambda: problem(410, "session-lost"), SessionLostError),
        (lambda: problem(409, "some-service-own-code"), ConflictError),
        (lambda: httpx.Response(418, text="a teapot"), UnavailableError),
        (lambda: httpx.Response(500, json=["not", "a", "problem"]), UnavailableError),
        (lambda: problem(500, "internal"), UnavailableError),
    ],
)
async def test_a_refusal_becomes_the_fault_it_stands_for(
    response: Callable[[], httpx.Response], kind: type[Exception]
):
    peer, _ = peer_of(response())
    with pytest.raises(kind) as error:
        await peer.get("/t", Thing)
    assert type(error.value) is kind


async def test_an_answer_that_is_not_what_was_promised_is_told():
    peer, _ = peer_of(httpx.Response(200, json={"name": "t"}))
    with pytest.raises(UnavailableError, match="no Thing"):
        await peer.get("/t", Thing)


def test_retries_stay_a_small_share_of_calls():
    budget = RetryBudget()
    num_retries = 0
    for _ in range(1000):
        budget.earn()
        while budget.spend():
            num_retries += 1
    assert num_retries <= 20 + 1000 * 0.2


def test_waits_grow_and_are_bounded():
    jitter = random.Random(3)
    for attempt in range(1, 40):
        assert 0 <= backoff_seconds(attempt, jitter) <= min(5.0, 0.1 * 2 ** (attempt - 1))
