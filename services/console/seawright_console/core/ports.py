"""What the console's use cases need from the outside: a screen to tell people, and a pause."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

Pause = Callable[[float], Awaitable[None]]
"""Waits for so many seconds."""


class Meter(Protocol):
    """The progress of one phase."""

    def show(self, done: float, total: float, note: str = "") -> None:
        """Show how far it is."""
        ...


class Screen(Protocol):
    """Where a person reads along."""

    def phase(self, title: str) -> AbstractContextManager[Meter]:
        """Begin a phase with a progress bar, for as long as the context is open."""
        ...

    def say(self, text: str) -> None:
        """Say one line."""
        ...

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table."""
        ...


class Renderer(Protocol):
    """Makes a page of a template and values."""

    def render(self, name: str, **values: object) -> str:
        """Return the page; texts in it are escaped."""
        ...


class Files(Protocol):
    """Where files are written that a person goes on with."""

    def is_free(self, folder: Path) -> bool:
        """Whether a folder is not there, or empty."""
        ...

    def write(self, texts: Mapping[Path, str]) -> None:
        """Write new files, and the folders that they need."""
        ...
