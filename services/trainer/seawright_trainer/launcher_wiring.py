"""Makes the launcher that the settings ask for."""

import ssl
from pathlib import Path

import httpx
from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_shared.errors import InvalidRequestError
from seawright_trainer.adapters.kubernetes_api import KubernetesApi
from seawright_trainer.adapters.kubernetes_launcher import KubernetesLauncher
from seawright_trainer.adapters.local_launcher import LocalLauncher
from seawright_trainer.core.ports import Launcher
from seawright_trainer.core.rank_manifests import RankPlaces
from seawright_trainer.settings import Settings

POD = TypeAdapter(dict[str, dict[str, JsonValue]])


def launcher_of(settings: Settings) -> Launcher:
    """Return it, or raise `InvalidRequestError` naming the setting that is missing or wrong."""
    if settings.launcher == "local":
        return LocalLauncher()
    if settings.self_url is None:
        raise InvalidRequestError("SEAWRIGHT_TRAINER_SELF_URL: pods need an address of the trainer")
    account = settings.account_dir

    def connect() -> httpx.AsyncClient:
        trusted = ssl.create_default_context(cafile=account / "ca.crt")
        return httpx.AsyncClient(base_url=settings.kubernetes_url, verify=trusted, trust_env=False)

    return KubernetesLauncher(
        api=KubernetesApi(
            connect=connect,
            namespace=_read(account / "namespace"),
            token=lambda: _read(account / "token"),
        ),
        places=RankPlaces(
            backend=settings.launcher,
            pod=dict(_pod(settings.rank_pod)),
            ranks_per_node=settings.ranks_per_node,
            queue=settings.queue,
        ),
    )


def _pod(file: Path | None) -> dict[str, dict[str, JsonValue]]:
    if file is None:
        raise InvalidRequestError("SEAWRIGHT_TRAINER_RANK_POD: pods need a template")
    try:
        pod = POD.validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidRequestError(f"SEAWRIGHT_TRAINER_RANK_POD: {file}: {error}") from error
    if not pod.get("spec", {}).get("containers"):
        raise InvalidRequestError(f"SEAWRIGHT_TRAINER_RANK_POD: {file} has no container")
    return pod


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        raise InvalidRequestError(f"SEAWRIGHT_TRAINER_ACCOUNT_DIR: {error}") from error
