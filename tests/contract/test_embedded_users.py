"""Where the customers of an embedded deployment come from: its own policy, or an engine's server."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from seawright_console.wiring import build
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.contracts.user_simulator import UserTurnRequest
from seawright_shared.errors import SeawrightError
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario, Wish
from seawright_shared.records.trajectories import UserSpec

OWN = "http://127.0.0.1:9"
"""Where the deployment would be served: nothing listens there."""
TURN = UserTurnRequest(
    scenario=Scenario(persona="plain", opening="Hi.", wishes=[Wish(text="Cancel #W1234.")]),
    messages=[Message(role="assistant", content="Hi! How can I help you today?")],
    user=UserSpec(kind="model", model="someone"),
)


class Customer(BaseHTTPRequestHandler):
    """A model server of its own, which knows one sentence."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        reply = {"choices": [{"message": {"content": f"I was asked at {self.path}."}}]}
        body = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def customer_served() -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Customer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


async def turn_of(folder, model_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SEAWRIGHT_USER_SIMULATOR_MODEL_URL", model_url)
    transport = httpx.ASGITransport(build(folder, public_url=OWN))
    peer = Peer(f"{OWN}/user-simulator", transport=transport)
    try:
        return (await UserSimulatorClient(peer).play_turn(TURN)).message.content or ""
    finally:
        await peer.aclose()


async def test_an_engines_own_server_plays_the_customers_of_an_embedded_deployment(
    tmp_path, monkeypatch
):
    with customer_served() as url:
        said = await turn_of(tmp_path, url, monkeypatch)
    assert said == "I was asked at /v1/chat/completions."


async def test_its_own_policy_is_asked_without_leaving_the_process(tmp_path, monkeypatch):
    # Over the network nobody would have answered; this policy knows no such model.
    with pytest.raises(SeawrightError, match="404 to POST /policy/v1/chat"):
        await turn_of(tmp_path, f"{OWN}/policy", monkeypatch)
