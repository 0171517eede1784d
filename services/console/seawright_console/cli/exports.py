"""`export tasks|runs`: records become tau2-bench's files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from seawright_console.adapters.exchange_files import read_lines, read_object, write_json
from seawright_console.cli import options
from seawright_console.cli.exchange import run_transfer, task_transfer
from seawright_console.cli.outcome import run
from seawright_console.cli.session import deployment
from seawright_console.core.results import Document
from seawright_console.core.run_kinds import kind_of
from seawright_console.settings import Settings
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory


def export_tasks(
    source: Annotated[str, typer.Argument(help="A synthesis run, or a file of tasks (.jsonl).")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    url: options.Url = None,
) -> None:
    """Export tasks: tasks.json, split_tasks.json (held-out ones are the test split), db.json.

    The database is written where all tasks start from one generated database.
    """
    run(_tasks(source, out, url))


def export_runs(
    source: Annotated[
        str, typer.Argument(help="An evaluation run, or a folder that `import runs` wrote.")
    ],
    out: Annotated[Path, typer.Option(help="The results file to write.")],
    url: options.Url = None,
) -> None:
    """Export recorded runs as a results file; imported ones come out as they were read."""
    run(_runs(source, out, url))


async def _tasks(source: str, out: Path, url: str | None) -> None:
    stored = _stored_tasks(source)
    async with deployment(Settings(), url) as at:
        transfer = task_transfer(at)
        if stored is None:
            written = await transfer.of_run(source)
        else:
            written = await transfer.written(stored, with_database=True)
    typer.echo(str(write_json(out / "tasks.json", list(written.documents))))
    splits: JsonValue = {name: [*ids] for name, ids in written.splits.items()}
    typer.echo(str(write_json(out / "split_tasks.json", splits)))
    if written.database is not None:
        typer.echo(str(write_json(out / "db.json", written.database.agent)))
        if written.database.user is not None:
            typer.echo(str(write_json(out / "user_db.json", written.database.user)))


async def _runs(source: str, out: Path, url: str | None) -> None:
    stored = _stored_runs(source)
    async with deployment(Settings(), url) as at:
        transfer = run_transfer(at)
        if stored is None:
            results = await transfer.of_evaluation(source, lambda: datetime.now(UTC))
        else:
            results = await transfer.written(stored.tasks, stored.trajectories, stored.header)
    typer.echo(str(write_json(out, results.document())))


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredRuns:
    tasks: list[Task]
    trajectories: list[Trajectory]
    header: Document


def _stored_tasks(source: str) -> list[Task] | None:
    """Return the tasks of a file; None where the source names a run."""
    path = Path(source)
    if path.is_file():
        return read_lines(path, Task)
    kind_of(source)
    return None


def _stored_runs(source: str) -> _StoredRuns | None:
    """Return the runs of a folder; None where the source names a run."""
    folder = Path(source)
    if not folder.is_dir():
        kind_of(source)
        return None
    return _StoredRuns(
        tasks=read_lines(folder / "tasks.jsonl", Task),
        trajectories=read_lines(folder / "trajectories.jsonl", Trajectory),
        header=read_object(folder / "header.json"),
    )


def export_commands() -> typer.Typer:
    """Return the group of commands."""
    group = typer.Typer(name="export", help="Write tau2-bench's files.")
    group.command("tasks")(export_tasks)
    group.command("runs")(export_runs)
    return group
