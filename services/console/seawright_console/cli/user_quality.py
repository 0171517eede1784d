"""`user-quality`: measure simulated users, and show them beside one another."""

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

import typer

from seawright_console.cli import options
from seawright_console.cli.at_hand import Place, at_hand
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.spec_files import spec_of
from seawright_console.core.quality_table import (
    HEADINGS,
    findings_rows,
    markdown,
    quality_rows,
    user_words,
)
from seawright_shared.clients.user_quality import UserQualityReports
from seawright_shared.records.user_quality import UserQualityReport, UserQualitySpec

ReportId = Annotated[str, typer.Argument(help="The report's id.")]
ReportIds = Annotated[list[str], typer.Argument(help="The reports' ids, in the table's order.")]


def run_report(
    spec: options.Spec = None,
    model: Annotated[str | None, typer.Option(help="The user model; none: scripted.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Probes: this task dataset.")] = None,
    domain: Annotated[str | None, typer.Option(help="Instead: drawn in this domain.")] = None,
    probes: Annotated[int | None, typer.Option(help="How many.")] = None,
    seed: options.Seed = None,
    sets: options.Sets = None,
    detach: options.Detach = False,  # noqa: FBT002 - typer reads flags so
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Play probes with the oracle agent and a user, and show his errors."""
    flags: dict[str, object | None] = {
        "user.kind": None if model is None else "model",
        "user.model": model,
        "dataset_id": dataset,
        "database.domain": domain,
        "num_probes": probes,
        "seed": seed,
    }
    sets = sets or ([] if model or spec else ["user.kind=scripted"])
    wanted = partial(spec_of, UserQualitySpec, spec, sets, flags)
    place = Place(url=url, folder=folder, port=0)
    _shown(run(_measured(wanted, place, is_detached=detach)), as_json=as_json)


def show(
    report: ReportId,
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Show a report and the first errors of each column."""
    found = run(_found([report], Place(url=url, folder=folder, port=0)))
    _shown(found[0], as_json=as_json)


def compare(
    reports: ReportIds,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print for a document.")] = False,  # noqa: FBT002
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Show several users beside one another, as base and fine-tuned."""
    found = run(_found(reports, Place(url=url, folder=folder, port=0)))
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
    elif as_markdown:
        typer.echo(markdown(found))
    else:
        screen().table("users, with 95 % Wilson intervals", HEADINGS, quality_rows(found))


async def _measured(
    wanted: Callable[[], UserQualitySpec], place: Place, *, is_detached: bool
) -> UserQualityReport:
    # Read here: what is wrong with it is told as any refusal is.
    spec = wanted()
    async with at_hand(place) as at:
        reports = UserQualityReports(at.deployment.peers["orchestrator"])
        begun = await reports.start(spec)
        if is_detached:
            return begun
        screen().say(f"{begun.id}: {user_words(spec.user)}")
        return await reports.ended(begun.id)


async def _found(report_ids: Sequence[str], place: Place) -> list[UserQualityReport]:
    async with at_hand(place) as at:
        reports = UserQualityReports(at.deployment.peers["orchestrator"])
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(reports.get(each)) for each in report_ids]
        return [one.result() for one in asked]


def _shown(report: UserQualityReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
        return
    shown = screen()
    shown.table(f"{report.id}: {report.status.value}", HEADINGS, quality_rows([report]))
    if report.quality is not None and report.quality.findings:
        columns = ("column", "kind", "episode", "message", "detail")
        shown.table("first errors", columns, findings_rows(report.quality))
    typer.echo(report.id)


def user_quality_commands() -> typer.Typer:
    """Return the verbs of user quality."""
    line = typer.Typer(help="Measure simulated users.", no_args_is_help=True)
    line.command("run")(run_report)
    line.command()(show)
    line.command()(compare)
    return line
