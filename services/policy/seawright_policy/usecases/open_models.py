"""Serve the models that the settings name, when the service starts."""

from collections.abc import Mapping
from dataclasses import dataclass

from seawright_policy.core.ports import ModelFolders
from seawright_policy.usecases.publish_version import PublishVersion

FIRST_VERSION = 0


@dataclass(frozen=True, slots=True)
class OpenModels:
    """Publish each folder as version 0 of its name."""

    publish: PublishVersion
    folders: ModelFolders

    async def __call__(self, models: Mapping[str, str]) -> None:
        """Return when all are current."""
        for name, uri in models.items():
            version = await self.folders.describe(name, FIRST_VERSION, uri)
            await self.publish(version, "prepare", is_rollback=False)
            await self.publish(version, "commit", is_rollback=False)
