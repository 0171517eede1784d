import json
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Response

from seawright_console.adapters.served_models_file import ServedModelsFile
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import PublishRequest
from seawright_shared.errors import SeawrightError


class FakePolicy:
    """Notes what it is asked to publish; refuses folders that it does not have."""

    def __init__(self, *, has_folders: bool = True) -> None:
        self.asked: list[tuple[str, int, str]] = []
        self.app = FastAPI()

        @self.app.put("/v1/models/{name}/versions/{version}")
        async def publish(
            name: str, version: int, body: dict[str, object], reply: Response
        ) -> dict[str, object]:
            self.asked.append((name, version, str(body["phase"])))
            if not has_folders:
                reply.status_code = 422
                return {"code": "invalid-request", "detail": "no such folder"}
            return {"name": name}


def wrapped(policy: FakePolicy, path: Path) -> tuple[ServedModelsFile, PolicyClient]:
    file = ServedModelsFile(policy.app, path)
    return file, PolicyClient(Peer("http://policy", transport=httpx.ASGITransport(app=file)))


def asked_for(phase: str) -> PublishRequest:
    return PublishRequest.model_validate({"uri": "/m", "sha256": "0", "phase": phase})


async def test_what_was_committed_is_published_again_after_a_restart(tmp_path: Path):
    _, client = wrapped(FakePolicy(), tmp_path / "models.json")
    for version in (1, 2):
        await client.publish("base", version, asked_for("prepare"))
        await client.publish("base", version, asked_for("commit"))
    restarted = FakePolicy()
    file, client = wrapped(restarted, tmp_path / "models.json")
    await file.restore(client)
    assert restarted.asked == [("base", 2, "prepare"), ("base", 2, "commit")]


async def test_what_was_only_prepared_is_not(tmp_path: Path):
    _, client = wrapped(FakePolicy(), tmp_path / "models.json")
    await client.publish("base", 1, asked_for("prepare"))
    assert not (tmp_path / "models.json").exists()


async def test_what_was_refused_is_not(tmp_path: Path):
    _, client = wrapped(FakePolicy(has_folders=False), tmp_path / "models.json")
    with pytest.raises(SeawrightError):
        await client.publish("base", 1, asked_for("commit"))
    assert not (tmp_path / "models.json").exists()


async def test_a_model_whose_folder_is_gone_does_not_stop_the_start(tmp_path: Path):
    _, client = wrapped(FakePolicy(), tmp_path / "models.json")
    await client.publish("base", 1, asked_for("commit"))
    gone = FakePolicy(has_folders=False)
    file, client = wrapped(gone, tmp_path / "models.json")
    await file.restore(client)
    assert gone.asked == [("base", 1, "prepare")]
    assert "base" in json.loads((tmp_path / "models.json").read_text())
