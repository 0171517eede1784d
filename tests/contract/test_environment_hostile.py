"""Hostile bodies over real HTTP: each gets its defined answer, memory stays, neighbours go on."""

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from seawright_shared.records.ids import new_id
from tests.support.serving import Served, served

MEBIBYTE = 1 << 20
MAX_GROWTH_KB = 64 * 1024
"""Of the resident memory, over the whole corpus, from the first call to the last."""
MAX_PEAK_KB = 192 * 1024
"""Of its highest point: a body of 16 MiB is read before its members are counted."""
MAX_SECONDS = 3.0
"""For any answer; a machine that does other things too needs the room."""
REF = {"domain": "retail", "source": "seed", "seed": 1, "num_customers": 40}


@dataclass
class Neighbour:
    """Calls tools all the while."""

    url: str
    seconds: list[float] = field(default_factory=list[float])
    faults: list[str] = field(default_factory=list[str])
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        with httpx.Client(base_url=self.url, timeout=10.0) as http:
            path = opened(http)
            number = 0
            while not self.is_over.wait(0.02):
                body = {"call_id": str(number), "name": "list_all_product_types"}
                began = time.perf_counter()
                reply = http.post(f"{path}/tool-calls", json=body)
                self.seconds.append(time.perf_counter() - began)
                if reply.status_code != 200 or reply.json()["version"] != number + 1:
                    self.faults.append(reply.text)
                number += 1


@dataclass
class Scene:
    """The service, a neighbour, and a session to be hostile to."""

    service: Served
    http: httpx.Client
    path: str
    neighbour: Neighbour
    kilobytes: int

    def post(self, path: str, content: bytes, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        began = time.perf_counter()
        reply = self.http.post(path, content=content, headers=named)
        assert time.perf_counter() - began < MAX_SECONDS
        return reply

    def calls(self, content: bytes, **headers: str) -> httpx.Response:
        return self.post(f"{self.path}/tool-calls", content, **(JSON | headers))


JSON = {"content_type": "application/json"}


def opened(http: httpx.Client) -> str:
    reply = http.post("/v1/env-sessions", json={"database": REF})
    assert reply.status_code == 201, reply.text
    return f"/v1/env-sessions/{reply.json()['id']}"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with served() as service, httpx.Client(base_url=service.url, timeout=30.0) as http:
        neighbour = Neighbour(service.url)
        thread = threading.Thread(target=neighbour.run)
        thread.start()
        path = opened(http)
        for number in range(50):
            body = {"call_id": f"warm-{number}", "name": "list_all_product_types"}
            http.post(f"{path}/tool-calls", json=body)
        yield Scene(service, http, path, neighbour, service.kilobytes("VmRSS"))
        neighbour.is_over.set()
        thread.join()


def call(**fields: Any) -> bytes:
    return json.dumps({"call_id": "c", "name": "get_order_details", **fields}).encode()


def raw(arguments: str) -> bytes:
    return b'{"call_id": "c", "name": "x", "arguments": {"a": [0, ' + arguments.encode() + b"]}}"


CORPUS: dict[str, tuple[bytes, int, str, str]] = {
    "depth 10,000": (raw("[" * 10_000 + "]" * 10_000), 422, "too-deep", ""),
    "depth 10,000, never closed": (b"[" * 10_000, 422, "too-deep", ""),
    "NaN": (raw("NaN"), 422, "not-finite", "/arguments/a/1"),
    "-Infinity": (raw("-Infinity"), 422, "not-finite", "/arguments/a/1"),
    "1e999": (raw("1e999"), 422, "not-finite", "/arguments/a/1"),
    "half a surrogate pair": (raw(r'"\ud800"'), 422, "not-unicode", "/arguments/a/1"),
    "half a pair in a key": (raw(r'{"\udfff": 1}'), 422, "not-unicode", "/arguments/a/1"),
    "an integer of 100,000 digits": (raw("9" * 100_000), 422, "too-long", "/arguments/a/1"),
    "a repeated key": (b'{"call_id": "a", "call_id": "b"}', 422, "repeated-key", "/call_id"),
    "a repeated key deep down": (
        raw('{"k": 1, "k": 2}'),
        422,
        "repeated-key",
        "/arguments/a/1/k",
    ),
    "bytes that are no UTF-8": (b'{"call_id": "\xff"}', 422, "not-utf-8", ""),
    "UTF-16": (call().decode().encode("utf-16"), 422, "not-utf-8", ""),
    "gzip without saying so": (gzip.compress(call()), 422, "not-utf-8", ""),
    "no JSON": (b"call_id=1", 422, "json_invalid", ""),
    "nothing": (b"", 422, "missing", ""),
    "not an object": (b"[]", 422, "model_attributes_type", ""),
    "a number for a text": (call(name=5), 422, "string_type", "/name"),
    "a list for an object": (call(arguments=[]), 422, "dict_type", "/arguments"),
    "a missing field": (b'{"name": "x"}', 422, "missing", "/call_id"),
    "an unknown field": (call(surprise=1), 422, "extra_forbidden", "/surprise"),
    "an empty id": (call(call_id=""), 422, "string_too_short", "/call_id"),
    "an id that is too long": (call(call_id="x" * 201), 422, "string_too_long", "/call_id"),
    "an unknown party": (call(requestor="judge"), 422, "literal_error", "/requestor"),
    "1e6 keys": (
        b'{"call_id": "c", "name": "x", "arguments": {'
        + b",".join(b'"k%d": 0' % n for n in range(1_000_000))
        + b"}}",
        413,
        "too-large",
        "",
    ),
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_call_is_refused_by_its_field_and_runs_nothing(scene: Scene, name: str):
    content, status, code, pointer = CORPUS[name]
    reply = scene.calls(content)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    if status == 422:
        assert [(e["code"], e["pointer"]) for e in problem["errors"]][:1] == [(code, pointer)]
    else:
        assert problem["code"] == code
    assert len(reply.content) < 20_000
    assert scene.http.get(scene.path).json()["version"] == 50 + num_run(scene)


def num_run(scene: Scene) -> int:
    """Return how many calls beyond the first fifty this module's other tests made."""
    calls = scene.http.get(f"{scene.path}/calls").json()["calls"]
    return len([each for each in calls if not each["call_id"].startswith("warm-")])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "no_such_tool"}, "Error: Tool 'no_such_tool' not found."),
        ({}, "missing 1 required positional argument: 'order_id'"),
        ({"arguments": {"order_id": "#W1", "extra": 1}}, "unexpected keyword argument 'extra'"),
        ({"arguments": {"order_id": {"a": []}}}, "Error: "),
        ({"arguments": {"self": 1}}, "multiple values for argument 'self'"),
        ({"requestor": "user"}, "Error: User tools not available"),
    ],
)
def test_a_tool_that_refuses_is_an_answer(scene: Scene, fields: dict[str, Any], said: str):
    reply = scene.calls(call(**{**fields, "call_id": new_id("call")}))
    assert reply.status_code == 200
    assert reply.json()["result"]["error"]
    assert said in reply.json()["result"]["content"]


def test_a_call_id_used_for_another_call_is_a_conflict(scene: Scene):
    assert scene.calls(call(call_id="reused", arguments={"order_id": "#W1"})).status_code == 200
    reply = scene.calls(call(call_id="reused", arguments={"order_id": "#W2"}))
    assert (reply.status_code, reply.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("session_id", "status", "code"),
    [
        (new_id("session"), 410, "session-lost"),
        (new_id("session_w7"), 410, "session-lost"),
        ("session_0", 404, "not-found"),
        ("x" * 10_000, 404, "not-found"),
        ("%00", 404, "not-found"),
        ("..%2f..%2fetc", 404, "not-found"),
    ],
)
def test_a_forged_session_is_lost_or_none(scene: Scene, session_id: str, status: int, code: str):
    reply = scene.post(f"/v1/env-sessions/{session_id}/tool-calls", call(), **JSON)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_an_unknown_domain_and_an_impossible_size_are_told(scene: Scene):
    nowhere = json.dumps({"database": {**REF, "domain": "spa"}}).encode()
    reply = scene.post("/v1/env-sessions", nowhere, **JSON)
    assert (reply.status_code, reply.json()["code"]) == (404, "not-found")
    for size in (0, 10**9):
        content = json.dumps({"database": {**REF, "num_customers": size}}).encode()
        reply = scene.post("/v1/env-sessions", content, **JSON)
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["pointer"] == "/database/num_customers"


def test_a_gzip_bomb_is_not_unpacked(scene: Scene):
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(packer.compress(bytes(MEBIBYTE)) for _ in range(256)), packer.flush()])
    assert len(bomb) < MEBIBYTE
    reply = scene.calls(bomb, content_encoding="gzip")
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported-media-type")
    assert reply.json()["errors"][0]["pointer"] == "header:content-encoding"


def test_a_million_members_within_a_larger_limit_are_refused(scene: Scene):
    members = b",".join(b'"%d":0' % n for n in range(1_000_000))
    reply = scene.post("/v1/verifications", b'{"task":{' + members + b"}}", **JSON)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["code"] == "too-many-members"


def request_head(scene: Scene, framing: str) -> bytes:
    return (
        f"POST {scene.path}/tool-calls HTTP/1.1\r\nhost: x\r\n"
        f"content-type: application/json\r\n{framing}\r\n\r\n"
    ).encode()


def flooded(scene: Scene, head: bytes, part: bytes, num_parts: int) -> tuple[bytes, int]:
    """Send until the service answers or closes; return its answer and how much it took."""
    answer, num_sent = b"", 0
    with socket.create_connection(("127.0.0.1", scene.service.port), 10) as connection:
        try:
            connection.sendall(head)
            for _ in range(num_parts):
                connection.sendall(part)
                num_sent += len(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            while received := connection.recv(65536):
                answer += received
        except ConnectionResetError:
            pass
    return answer, num_sent


@pytest.mark.parametrize(
    ("framing", "part"),
    [
        (f"content-length: {1 << 30}", b"x" * MEBIBYTE),
        ("transfer-encoding: chunked", b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n"),
    ],
)
def test_a_gigabyte_is_refused_long_before_it_is_sent(scene: Scene, framing: str, part: bytes):
    began = time.perf_counter()
    answer, num_sent = flooded(scene, request_head(scene, framing), part, 1024)
    assert time.perf_counter() - began < MAX_SECONDS
    # What lies in the sockets' buffers was sent, but never read.
    assert num_sent < 32 * MEBIBYTE
    assert answer == b"" or b" 413 " in answer.split(b"\r\n", 1)[0]


def test_a_declared_gigabyte_is_answered_before_any_of_it_comes(scene: Scene):
    answer, _ = flooded(scene, request_head(scene, f"content-length: {1 << 30}"), b"", 1)
    assert b" 413 " in answer.split(b"\r\n", 1)[0]
    assert b'"code":"too-large"' in answer
    assert b"connection: close" in answer.lower()


def test_headers_that_do_not_end_are_refused(scene: Scene):
    began = time.perf_counter()
    answer, num_sent = flooded(scene, b"GET /livez HTTP/1.1\r\nx-long: ", b"a" * MEBIBYTE, 100)
    assert time.perf_counter() - began < MAX_SECONDS
    assert num_sent < 32 * MEBIBYTE
    assert answer == b"" or b" 431 " in answer.split(b"\r\n", 1)[0]


def test_many_headers_that_do_not_end_are_refused(scene: Scene):
    answer, _ = flooded(scene, b"GET /livez HTTP/1.1\r\n", b"x-a: b\r\n" * 100, 1000)
    assert answer == b"" or b" 431 " in answer.split(b"\r\n", 1)[0]


def test_a_client_that_leaves_in_the_middle_of_its_body_harms_nobody(scene: Scene):
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", scene.service.port), 10) as connection:
            connection.sendall(request_head(scene, "content-length: 1000") + b'{"call_id"')


def test_after_all_this_memory_is_what_it_was_and_the_neighbour_noticed_nothing(scene: Scene):
    for _ in range(3):
        scene.calls(CORPUS["1e6 keys"][0])
        scene.calls(CORPUS["depth 10,000"][0])
    growth = scene.service.kilobytes("VmRSS") - scene.kilobytes
    peak = scene.service.kilobytes("VmHWM") - scene.kilobytes
    assert growth < MAX_GROWTH_KB
    assert peak < MAX_PEAK_KB
    assert scene.neighbour.faults == []
    assert len(scene.neighbour.seconds) > 10
    assert max(scene.neighbour.seconds) < MAX_SECONDS
