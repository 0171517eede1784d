"""Frames come out as they went in, however the stream is cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.adapters.worker_frames import (
    FrameProtocol,
    ReplyFrame,
    RequestFrame,
    read_reply,
    read_request,
)

HEADERS = st.lists(st.tuples(st.binary(max_size=9), st.binary(max_size=9)), max_size=3)
REQUESTS = st.builds(
    RequestFrame,
    number=st.integers(0, 2**40),
    method=st.sampled_from(["GET", "POST"]),
    path=st.text(max_size=30),
    query=st.binary(max_size=9),
    headers=HEADERS,
    body=st.binary(max_size=300),
)
REPLIES = st.builds(
    ReplyFrame,
    number=st.integers(0, 2**40),
    status=st.integers(200, 599),
    headers=HEADERS,
    body=st.binary(max_size=300),
    route=st.text(max_size=30),
)


def received(stream: bytes, cuts: list[int]) -> list[bytes]:
    """Return the payloads found in a stream that comes in pieces."""
    found: list[bytes] = []
    protocol = FrameProtocol(found.append, lambda: None)
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    for start, end in pairwise(places):
        protocol.data_received(stream[start:end])
    return found


@given(st.lists(REQUESTS, max_size=5), st.lists(st.integers(0, 10**6), max_size=9))
def test_requests_arrive_whole_and_in_order(requests: list[RequestFrame], cuts: list[int]):
    stream = b"".join(request.packed() for request in requests)
    assert [read_request(payload) for payload in received(stream, cuts)] == requests


@given(REPLIES, st.lists(st.integers(0, 10**6), max_size=9))
def test_a_reply_arrives_whole(reply: ReplyFrame, cuts: list[int]):
    assert [read_reply(payload) for payload in received(reply.packed(), cuts)] == [reply]
