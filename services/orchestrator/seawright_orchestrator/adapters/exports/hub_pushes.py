"""Pushes to the Hugging Face Hub, through its own client where that is installed."""

import asyncio
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from seawright_shared.errors import ForbiddenError, UnavailableError

CLIENT = "huggingface_hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPushes:
    """The token is shown to nobody: no fault and no log line holds it."""

    token: SecretStr | None

    def require(self) -> None:
        """Raise a fault unless a push could be tried."""
        if importlib.util.find_spec(CLIENT) is None:
            raise UnavailableError(
                "pushes need huggingface_hub: install seawright-orchestrator[export]"
            )
        if self.token is None:
            raise ForbiddenError("pushes need a token: set SEAWRIGHT_ORCHESTRATOR_HF_TOKEN")

    async def push(self, folder: Path, repo_id: str, revision: str | None, *, private: bool) -> str:
        """Upload a folder as a dataset repository and return the commit's id."""
        self.require()
        return await asyncio.to_thread(self._push, folder, repo_id, revision, private)

    def _push(self, folder: Path, repo_id: str, revision: str | None, private: bool) -> str:  # noqa: FBT001
        from httpx2 import HTTPError
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError

        assert self.token is not None
        api = HfApi(token=self.token.get_secret_value())
        try:
            api.create_repo(repo_id, repo_type="dataset", private=private, exist_ok=True)
            done = api.upload_folder(
                repo_id=repo_id,
                repo_type="dataset",
                folder_path=folder,
                revision=revision,
                commit_message="Push a dataset version of seawright",
            )
        except HfHubHTTPError as error:
            status = error.response.status_code
            raise UnavailableError(f"the Hub answered {status} for {repo_id}") from error
        except HTTPError as error:
            name = type(error).__name__
            raise UnavailableError(f"the Hub cannot be reached: {name}") from error
        return done.oid
