import hashlib
import json
from pathlib import Path

import httpx
import pytest

from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.usecases.publish_model import PublishModel
from seawright_shared.errors import NotFoundError


async def test_a_folder_is_prepared_then_committed_with_the_hash_of_its_weights(tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    asked: list[tuple[str, str, dict[str, str]]] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path, json.loads(request.content)))
        return httpx.Response(200, json={"name": "base"})

    deployment = opened(addresses_below("http://x"), transport=httpx.MockTransport(reply))
    await PublishModel(deployment=deployment)("base", tmp_path)
    assert [(method, path) for method, path, _ in asked] == [
        ("PUT", "/policy/v1/models/base/versions/1")
    ] * 2
    assert [body["phase"] for *_, body in asked] == ["prepare", "commit"]
    assert {body["sha256"] for *_, body in asked} == {hashlib.sha256(b"weights").hexdigest()}
    assert {body["uri"] for *_, body in asked} == {str(tmp_path)}


async def test_a_folder_without_weights_is_named(tmp_path: Path):
    def reply(_: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing is sent")

    deployment = opened(addresses_below("http://x"), transport=httpx.MockTransport(reply))
    with pytest.raises(NotFoundError, match="safetensors"):
        await PublishModel(deployment=deployment)("base", tmp_path)
