"""Push a dataset version to the Hugging Face Hub."""

from dataclasses import dataclass

from seawright_orchestrator.usecases.exports.export_dataset import ExportDataset
from seawright_orchestrator.usecases.exports.export_folders import Hub
from seawright_shared.contracts.dataset_exports import Push, PushRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDataset:
    """The folder is the same that an export holds."""

    export: ExportDataset
    hub: Hub

    async def __call__(self, dataset_id: str, request: PushRequest) -> Push:
        """Return where it is now; a repeated push of the same version changes nothing there."""
        self.hub.require()
        folder = await self.export(dataset_id, "hf")
        try:
            commit = await self.hub.push(
                folder.path, request.repo_id, request.revision, private=request.is_private
            )
        finally:
            folder.discard()
        return Push(url=f"https://huggingface.co/datasets/{request.repo_id}", commit=commit)
