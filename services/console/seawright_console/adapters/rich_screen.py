"""The screen of a terminal: progress bars, lines and tables, on standard error."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from seawright_console.core.ports import Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class RichMeter:
    """One bar."""

    progress: Progress
    task: TaskID

    def show(self, done: float, total: float, note: str = "") -> None:
        """Move the bar."""
        self.progress.update(self.task, completed=done, total=total, note=escape(note))


@dataclass(frozen=True, slots=True, kw_only=True)
class RichScreen:
    """Shows progress to a person; in a file or a pipe, one line per phase."""

    console: Console

    @contextmanager
    def phase(self, title: str) -> Generator[Meter]:
        """Show a bar with elapsed and remaining time; its last state stays on the screen."""
        progress = Progress(
            SpinnerColumn(finished_text="[green]+[/green]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("[dim]{task.fields[note]}[/dim]"),
            console=self.console,
            refresh_per_second=4,
        )
        with progress:
            yield RichMeter(
                progress=progress,
                task=progress.add_task(escape(title), total=None, note=""),
            )

    def say(self, text: str) -> None:
        """Print one line."""
        self.console.print(escape(text), soft_wrap=True)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table; cells are text, never markup."""
        drawn = Table(title=escape(title), title_justify="left", header_style="bold")
        for name in columns:
            drawn.add_column(escape(name))
        for row in rows:
            drawn.add_row(*(escape(cell) for cell in row))
        self.console.print(drawn)
