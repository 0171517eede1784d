"""`import tasks|runs|areal`: other formats become records."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from seawright_console.adapters.audit_files import read_tasks
from seawright_console.adapters.exchange_files import (
    append_lines,
    read_results,
    write_json,
    write_lines,
)
from seawright_console.cli import options
from seawright_console.cli.exchange import (
    areal_transfer,
    domain_of,
    run_transfer,
    show_contamination,
    task_transfer,
)
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.session import deployment
from seawright_console.settings import Settings
from seawright_shared.records.domains import DatabaseRef

Domain = Annotated[str | None, typer.Option(help="The domain; else the one that the file names.")]
Clean = Annotated[
    bool, typer.Option("--clean", help="Leave out tasks that overlap the benchmark's.")
]
Out = Annotated[Path, typer.Option(help="The folder to write records to.")]


def import_tasks(
    file: Annotated[Path, typer.Argument(help="A JSON list of tau2-bench tasks.")],
    domain: Domain = None,
    split: Annotated[
        str | None, typer.Option(help="A split of the split_tasks.json beside the tasks.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The tasks start from this generated database.")
    ] = None,
    customers: Annotated[int, typer.Option(help="Its number of customers.")] = 200,
    out: Annotated[
        Path | None, typer.Option(help="Write the tasks, one a line; else store them.")
    ] = None,
    url: options.Url = None,
) -> None:
    """Import tau2-bench's tasks; their ids are printed."""
    run(_tasks(file, split, _Start(domain=domain, seed=seed, customers=customers), out, url))


def import_runs(
    file: Annotated[Path, typer.Argument(help="A results file or folder of tau2-bench.")],
    out: Out,
    domain: Domain = None,
    url: options.Url = None,
) -> None:
    """Import recorded runs: tasks.jsonl, trajectories.jsonl, header.json."""
    run(_runs(file, out, domain, url))


def import_areal(
    domain: Annotated[str, typer.Argument(help="airline, retail or telecom.")],
    out: Out,
    is_clean: Clean = False,  # noqa: FBT002 - typer reads flags so
    url: options.Url = None,
) -> None:
    """Import the AReaL-tau2 data that the environment has (AREAL_DATA_DIR).

    Writes tasks.jsonl, dialogues.jsonl, contamination.json and refused.jsonl.
    """
    run(_areal(domain, out, url, is_clean=is_clean))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What imported tasks start from."""

    domain: str | None
    seed: int | None
    customers: int

    def database(self, domain: str) -> DatabaseRef | None:
        """Return the generated database; None: tau2-bench's own."""
        if self.seed is None:
            return None
        return DatabaseRef(domain=domain, seed=self.seed, num_customers=self.customers)


async def _tasks(
    file: Path, split: str | None, start: _Start, out: Path | None, url: str | None
) -> None:
    read = read_tasks(file, split)
    domain = domain_of(start.domain, read.domain)
    async with deployment(Settings(), url) as at:
        transfer = task_transfer(at)
        tasks = await transfer.read(domain, read.tasks, start.database(domain))
        if out is not None:
            typer.echo(str(write_lines(out, tasks)))
        else:
            for task_id in await transfer.store(tasks):
                typer.echo(task_id)


async def _runs(file: Path, out: Path, domain: str | None, url: str | None) -> None:
    results = read_results(file)
    async with deployment(Settings(), url) as at:
        found = await run_transfer(at).read(results, domain_of(domain, results.domain))
    typer.echo(str(write_lines(out / "tasks.jsonl", found.tasks)))
    typer.echo(str(write_lines(out / "trajectories.jsonl", found.trajectories)))
    typer.echo(str(write_json(out / "header.json", results.header)))


async def _areal(domain: str, out: Path, url: str | None, *, is_clean: bool) -> None:
    shown = screen()
    async with deployment(Settings(), url) as at:
        transfer = areal_transfer(at)
        found = await transfer.tasks(domain)
        report = found.contamination
        kept = found.tasks
        if report is not None:
            show_contamination(report, shown)
            write_json(out / "contamination.json", report.model_dump(mode="json"))
            if is_clean:
                kept = [found.tasks[index] for index in report.clean_indices]
        typer.echo(str(write_lines(out / "tasks.jsonl", kept)))
        typer.echo(str(write_lines(out / "refused.jsonl", found.refused)))
        path = write_lines(out / "dialogues.jsonl", [])
        await transfer.dialogues(domain, found, lambda page: append_lines(path, page))
    typer.echo(str(path))
    shown.say(
        f"{len(kept)} of {len(found.tasks)} tasks, {len(found.refused)} golden actions refused; "
        f"{found.num_dialogues} of {found.num_rows} turns of dialogues that succeeded"
    )


def import_commands() -> typer.Typer:
    """Return the group of commands."""
    group = typer.Typer(name="import", help="Bring in tau2-bench's files and the AReaL-tau2 data.")
    group.command("tasks")(import_tasks)
    group.command("runs")(import_runs)
    group.command("areal")(import_areal)
    return group
