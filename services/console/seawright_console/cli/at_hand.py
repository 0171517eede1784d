"""The deployment that is at hand: the one named, one that runs already, or one in this process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from seawright_console.cli.embedded import embedded
from seawright_console.cli.session import deployment
from seawright_console.core.deployment import Deployment
from seawright_console.settings import Settings
from seawright_shared.errors import SeawrightError
from seawright_shared.records.base import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command looks: an address, or the folder of an embedded deployment."""

    url: str | None = None
    folder: Path | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """A deployment, and where its pages are."""

    deployment: Deployment
    url: str
    folder: Path | None
    """Of the state, where it runs in this process."""

    @property
    def words(self) -> str:
        """Say where it is."""
        where = "" if self.folder is None else f"  state and log: {self.folder}"
        return f"dashboard: {self.url}/{where}"


class _Readiness(Record):
    """What a ready service answers; its fields do not matter here."""


@asynccontextmanager
async def at_hand(place: Place) -> AsyncGenerator[AtHand]:
    """Open the deployment at the address; else, without a folder, the one of the settings where it answers.

    Where neither is there, everything is served in this process for as long as the context is
    open, with its state in the folder.
    """
    settings = Settings()
    if place.url is not None or (place.folder is None and await _answers(settings)):
        async with deployment(settings, place.url) as at:
            yield AtHand(deployment=at, url=place.url or settings.url, folder=None)
        return
    folder = (place.folder or settings.folder).absolute()
    port = settings.port if place.port is None else place.port
    async with (
        embedded(folder, settings.host, port) as running,
        deployment(settings, running.url) as at,
    ):
        yield AtHand(deployment=at, url=running.url, folder=folder)


async def _answers(settings: Settings) -> bool:
    brief = settings.model_copy(update={"request_timeout_seconds": 2.0})
    async with deployment(brief) as at:
        try:
            await at.peers["orchestrator"].get("/readyz", _Readiness)
        except SeawrightError:
            return False
    return True
