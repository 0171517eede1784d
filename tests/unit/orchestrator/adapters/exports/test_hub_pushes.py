"""Laws of pushes to the Hub; a stand-in takes the place of its client, nothing is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import huggingface_hub
import pytest
from huggingface_hub.errors import HfHubHTTPError
from pydantic import SecretStr

from seawright_orchestrator.adapters.exports.hub_pushes import HubPushes
from seawright_shared.errors import ForbiddenError, UnavailableError

pytestmark = pytest.mark.anyio

TOKEN = "hf_very_secret"
REFUSED = httpx2.Response(403, request=httpx2.Request("POST", "https://hub.test/repo"))


@dataclass
class Done:
    """What an upload returns."""

    oid: str = "abc123"


class Api:
    """Remembers what was asked of it."""

    asked: list[dict[str, Any]]
    fault: Exception | None = None

    def __init__(self, token: str) -> None:
        assert token == TOKEN

    def create_repo(self, repo_id: str, **given: Any) -> None:
        type(self).asked.append({"repo_id": repo_id, **given})

    def upload_folder(self, **given: Any) -> Done:
        if self.fault is not None:
            raise self.fault
        type(self).asked.append(given)
        return Done()


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> type[Api]:
    class Fresh(Api):
        asked: list[dict[str, Any]] = []

    monkeypatch.setattr(huggingface_hub, "HfApi", Fresh)
    return Fresh


async def test_a_push_makes_the_repository_and_uploads_the_folder(api: type[Api], tmp_path: Path):
    hub = HubPushes(token=SecretStr(TOKEN))
    assert await hub.push(tmp_path, "me/set", "main", private=True) == "abc123"
    made, uploaded = api.asked
    assert (made["repo_id"], made["private"], made["exist_ok"]) == ("me/set", True, True)
    assert (uploaded["folder_path"], uploaded["revision"]) == (tmp_path, "main")
    assert made["repo_type"] == uploaded["repo_type"] == "dataset"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (HfHubHTTPError("no", response=REFUSED), "answered 403"),
        (httpx2.ConnectError("refused"), "cannot be reached"),
    ],
)
async def test_a_refused_push_is_a_fault_that_does_not_hold_the_token(
    api: type[Api], tmp_path: Path, fault: Exception, said: str
):
    api.fault = fault
    hub = HubPushes(token=SecretStr(TOKEN))
    with pytest.raises(UnavailableError, match=said) as raised:
        await hub.push(tmp_path, "me/set", None, private=False)
    assert TOKEN not in str(raised.value)
    assert TOKEN not in repr(hub)


def test_without_a_token_nothing_is_tried():
    with pytest.raises(ForbiddenError, match="SEAWRIGHT_ORCHESTRATOR_HF_TOKEN"):
        HubPushes(token=None).require()
