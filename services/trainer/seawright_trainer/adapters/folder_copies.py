"""Model folders that are kept beside a run's own exports, sharing their bytes where possible."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from seawright_shared.errors import ConflictError
from seawright_shared.records.rollouts import PolicyVersion


class FolderCopies:
    """The port `Copies`: `<runs>/<run>/models/step_N_<hash>`."""

    def __init__(self, runs_dir: Path) -> None:
        self._runs_dir = runs_dir

    async def keep(self, weights: PolicyVersion) -> str:
        """Return a folder that holds what these weights' folder does; the same one each time."""
        assert weights.training_run_id is not None
        models = self._runs_dir.absolute() / weights.training_run_id / "models"
        folder = models / f"step_{weights.step}_{weights.sha256[:12]}"
        if not folder.is_dir():
            await asyncio.to_thread(_link, Path(weights.uri), folder)
        return str(folder)


def _link(source: Path, folder: Path) -> None:
    """Fill a folder aside and give it its name when it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as aside:
        filled = Path(aside) / folder.name
        try:
            # Exports are written once and never changed, so that one file may have two names.
            shutil.copytree(source, filled, copy_function=_linked)
        except (FileNotFoundError, shutil.Error) as error:
            raise ConflictError(f"the export went while it was copied: {source}") from error
        if not folder.is_dir():
            filled.rename(folder)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
