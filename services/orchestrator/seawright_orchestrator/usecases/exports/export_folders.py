"""The ports of exports: where files are written, and what the environment writes of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from seawright_orchestrator.core.exports.columns import ConfigName, Row, Split
from seawright_orchestrator.core.exports.header import Counts
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDatabase:
    """A database in tau2-bench's form."""

    agent: Row
    user: Row | None


class TaskDocuments(Protocol):
    """Writes tasks and databases as tau2-bench does."""

    async def documents(self, tasks: Sequence[Task]) -> list[Row | None]:
        """Return a document for each task; None where its start cannot be said in that form."""
        ...

    async def database(self, ref: DatabaseRef) -> WrittenDatabase | None:
        """Return a generated database whole; None for tau2-bench's own, or one too large."""
        ...


class ExportFolder(Protocol):
    """A folder under way. Everything blocks."""

    path: Path

    def add(self, config: ConfigName, split: Split, rows: Sequence[Row]) -> None:
        """Add rows to a config's split."""
        ...

    def write(self, name: str, content: str) -> None:
        """Write a whole text file."""
        ...

    def close(self) -> Counts:
        """End all configs; return how many rows each holds."""
        ...

    def archived(self) -> Path:
        """Return one ZIP archive of the folder: equal files give equal bytes."""
        ...

    def discard(self) -> None:
        """Remove folder and archive."""
        ...


class ExportFolders(Protocol):
    """Makes folders."""

    def open(self) -> ExportFolder:
        """Return a new one; raise a fault where what it needs is not installed."""
        ...


class Hub(Protocol):
    """The Hugging Face Hub."""

    def require(self) -> None:
        """Raise a fault unless a push could be tried."""
        ...

    async def push(self, folder: Path, repo_id: str, revision: str | None, *, private: bool) -> str:
        """Upload a folder as a dataset repository and return the commit's id."""
        ...
