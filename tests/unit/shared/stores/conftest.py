"""An object store for tests: moto's server, which speaks S3 and keeps everything in memory."""

import subprocess
import sys
import time
from collections.abc import Generator

import httpx
import pytest

from tests.support.servers import free_port

START_SECONDS = 60.0


@pytest.fixture(scope="session")
def s3_server() -> Generator[str]:
    """Yield the URL of a server with a bucket `lab`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                httpx.put(f"{url}/lab").raise_for_status()
                break
            except httpx.TransportError:
                assert server.poll() is None, "the object store does not start"
                assert time.monotonic() < deadline, "the object store does not answer"
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a place in the bucket; the environment says where the store is and who asks."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return "s3://lab/blobs"
