"""`audit`: verify a task set of tau2-bench's form."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from seawright_console.adapters.audit_files import database_beside, read_database, read_tasks
from seawright_console.adapters.jinja_pages import Pages
from seawright_console.adapters.source_revision import source_revision
from seawright_console.cli import options
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.session import deployment
from seawright_console.core.audit_markdown import markdown_of
from seawright_console.core.audit_repairs import repaired as repaired_set
from seawright_console.core.audit_tables import agent_table, code_table, kill_table, page_of
from seawright_console.core.ports import Screen
from seawright_console.settings import Settings
from seawright_console.usecases.audit_tasks import AuditTasks
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.contracts.environment import MAX_AUDITED_TASKS, AuditRequest
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.audits import SEVERITIES, AuditReport
from seawright_shared.records.domains import DatabaseRef

FOUND = 1
"""Exit code where something was found that is grave enough."""


class FailOn(StrEnum):
    """From which severity on the command fails."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    NEVER = "never"


def audit(
    file: Annotated[Path, typer.Argument(help="A JSON list of tau2-bench tasks.")],
    domain: Annotated[
        str | None, typer.Option(help="The tasks' domain; else the one that they name.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="tau2 (of TAU2_DATA_DIR), seed:NUMBER[:CUSTOMERS], or a file; else the db.json "
            "or db.toml beside the tasks."
        ),
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="A split of the split_tasks.json beside the tasks.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a report: .html, .md, or .json.")
    ] = None,
    repaired: Annotated[
        Path | None,
        typer.Option(help="Write the tasks with the repairs that change no task's meaning."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="Exit with 1 from this severity on.")
    ] = FailOn.ERROR,
    mutants: Annotated[
        int, typer.Option(help="Wrong episodes per task and class; 0: none.", min=0, max=64)
    ] = 4,
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
    url: options.Url = None,
) -> None:
    """Verify a task set: gold, criteria, idle agents, checkers, words, duplicates.

    Exit code 0: nothing as grave as --fail-on; 1: something; 2: the file cannot be audited.
    """
    found = run(
        _audit(file, url, Choice(domain=domain, database=database, split=split, mutants=mutants))
    )
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        show_audit(found, screen())
    if report is not None:
        screen().say(f"report: {write_audit(found, report, file, split)}")
    if repaired is not None:
        write_repaired(found, read_tasks(file, split).tasks, repaired)
    if is_grave(found, fail_on):
        raise typer.Exit(FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What of a file is audited against what."""

    domain: str | None = None
    database: str | None = None
    split: str | None = None
    mutants: int = 4


async def _audit(file: Path, url: str | None, choice: Choice) -> AuditReport:
    request = request_of(file, choice)
    if url is not None:
        async with deployment(Settings(), url) as at:
            return await EnvironmentClient(at.peers["environment"]).audit(request)
    # Here, not above: the environment's libraries take time, which `seawright --help` need not.
    import seawright_environment.settings
    import seawright_environment.wiring

    settings = seawright_environment.settings.Settings()
    local = seawright_environment.wiring.local_audit(settings)
    return await AuditTasks(audit=local, screen=screen())(request)


def request_of(file: Path, choice: Choice) -> AuditRequest:
    """Return the request, or raise `InvalidRequestError` where file or choice make none."""
    read = read_tasks(file, choice.split)
    if len(read.tasks) > MAX_AUDITED_TASKS:
        raise InvalidRequestError(
            f"{file.name} has {len(read.tasks)} tasks; at most {MAX_AUDITED_TASKS} are audited"
        )
    domain = choice.domain or read.domain
    if domain is None:
        raise InvalidRequestError("the tasks name no domain: say --domain")
    reference = database_reference(domain, choice.database)
    beside = database_beside(file) if choice.database is None else None
    if reference is None and beside is None and choice.database is not None:
        beside = Path(choice.database)
    return AuditRequest(
        domain=domain,
        tasks=read.tasks,
        database=reference,
        document=read_database(beside) if beside else None,
        max_mutants=choice.mutants,
    )


def database_reference(domain: str, name: str | None) -> DatabaseRef | None:
    """Return what `tau2` or `seed:1:500` names; None: no such name, so a file or nothing."""
    if name == "tau2":
        return DatabaseRef(domain=domain, source="tau2")
    if name is None or not name.startswith("seed:"):
        return None
    parts = name.split(":")[1:]
    if len(parts) > 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise InvalidRequestError(f"--database {name}: wanted seed:NUMBER or seed:NUMBER:CUSTOMERS")
    numbers = [int(part) for part in parts]
    named = DatabaseRef(domain=domain, source="seed", seed=numbers[0])
    return named.model_copy(update={"num_customers": numbers[1]}) if len(numbers) > 1 else named


def is_grave(found: AuditReport, fail_on: FailOn) -> bool:
    """Whether something was found that is as grave as asked for, or graver."""
    worst = found.worst()
    if worst is None or fail_on is FailOn.NEVER:
        return False
    return SEVERITIES.index(worst) >= SEVERITIES.index(fail_on.value)


def show_audit(found: AuditReport, shown: Screen) -> None:
    """Show the totals; a written report has every finding."""
    for table in (code_table(found), agent_table(found), kill_table(found)):
        if table.rows:
            # The last column explains; the terminal has no room for it.
            shown.table(table.title, table.columns[:-1], [row[:-1] for row in table.rows])
            if table.note:
                shown.say(table.note)
    shown.say(f"{found.num_audited} of {found.num_tasks} tasks audited")


def write_audit(found: AuditReport, path: Path, file: Path, split: str | None) -> Path:
    """Write a report in the form that the path's ending names, and return where it is."""
    name = f"{file.parent.name}/{file.name}" + (f", split {split}" if split else "")
    facts = {
        "made": f"{datetime.now(UTC):%Y-%m-%d} by `seawright audit`, {_made_by()}",
    }
    page = page_of(found, f"Audit of {name}", facts)
    if path.suffix == ".json":
        text = found.model_dump_json(indent=2)
    elif path.suffix == ".md":
        text = markdown_of(page)
    else:
        text = Pages().render("audit.html", page=page)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path.resolve()


def write_repaired(found: AuditReport, tasks: Sequence[JsonValue], path: Path) -> None:
    """Write the repaired set and say how much was repaired."""
    mended = repaired_set(tasks, found)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(mended.tasks, indent=4, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    screen().say(f"{mended.num_repairs} repairs: {path.resolve()}")


def _made_by() -> str:
    revision = source_revision(Path(__file__))
    release = f"seawright {version('seawright-console')}"
    return f"{release}, commit {revision[:12]}" if revision else release
