"""`domain new` and `domain check`: own domains."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import seawright_environment.domain_wiring
from seawright_console.adapters.project_files import ProjectFiles, domain_templates
from seawright_console.cli import options
from seawright_console.cli.outcome import FAILED, run, screen
from seawright_console.usecases.new_domain import NewDomain

COLUMNS = ("law", "tried", "holds", "where and what")


def new(
    name: Annotated[str, typer.Argument(help="The domain's name, as in library_loans.")],
    folder: Annotated[
        Path | None, typer.Option(help="Where to write it; else a folder of this name.")
    ] = None,
) -> None:
    """Write the package of a new domain: a small one that works, to be changed."""
    run(_new(name, folder or Path(name)))


def check(
    target: Annotated[
        str, typer.Argument(help="A domain's name, or the folder of the project that has it.")
    ],
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
) -> None:
    """Try every law that a domain keeps, and show what does not hold."""
    if not run(_check(target, as_json=as_json)):
        raise typer.Exit(FAILED)


async def _new(name: str, folder: Path) -> None:
    write = NewDomain(files=ProjectFiles(), templates=domain_templates())
    for path in write(name, folder):
        typer.echo(str(path))
    screen().say(f"Next: seawright domain check {folder}")


async def _check(target: str, *, as_json: bool) -> bool:
    reports = seawright_environment.domain_wiring.domain_check()(target)
    if as_json:
        typer.echo(json.dumps([asdict(report) for report in reports], indent=2))
        return all(report.ok for report in reports)
    shown = screen()
    for report in reports:
        rows = [
            [
                law.law,
                str(law.tried),
                "yes" if law.ok else "NO",
                "\n".join([*law.failures, *(f"note: {note}" for note in law.notes)]),
            ]
            for law in report.laws
        ]
        shown.table(f"{report.name}: {report.source}", COLUMNS, rows)
        typer.echo(f"{report.name}: {'holds' if report.ok else 'does not hold'}")
    return all(report.ok for report in reports)


def domain_commands() -> typer.Typer:
    """Return the commands on domains."""
    line = typer.Typer(help="Write and check domains of your own.", no_args_is_help=True)
    line.command()(new)
    line.command()(check)
    return line
