"""`synth show`, `synth plans`, `synth rejects`: what a synthesis run did, learned and refused."""

import json
from typing import Annotated

import typer

from seawright_console.cli import options
from seawright_console.cli.at_hand import Place, at_hand
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.show import show_run
from seawright_console.core import plan_words
from seawright_console.core.deployment import Deployment
from seawright_console.core.funnel import funnel_rows, reports_of
from seawright_console.core.run_kinds import kind_of
from seawright_console.usecases.read_pages import read_all
from seawright_shared.contracts.orchestrator import StreamState
from seawright_shared.errors import InvalidRequestError

RunId = Annotated[str, typer.Argument(help="A synthesis run's id, srun_...")]
Stream = Annotated[int | None, typer.Option(help="One stream only, by its index.")]
MOST_REJECTS = 100_000


def show(
    run_id: RunId,
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Show a run: its funnel, yields, failure classes and revisions."""
    run(_show(run_id, Place(url=url, folder=folder, port=0), as_json=as_json))


def plans(
    run_id: RunId,
    diff: Annotated[
        tuple[int, int] | None, typer.Option(help="Show what differs between two versions.")
    ] = None,
    stream: Stream = None,
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Show every version of the plans, or what differs between two of them."""
    place = Place(url=url, folder=folder, port=0)
    if diff is None:
        run(_versions(run_id, stream, place, as_json=as_json))
    else:
        run(_diffs(run_id, stream, diff, place, as_json=as_json))


def rejects(
    run_id: RunId,
    stage: Annotated[str | None, typer.Option(help="The stage that stopped it, as policy.")] = None,
    cause: Annotated[str | None, typer.Option(help="Words of the failure class.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Most drafts to list.")] = 20,
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Show the drafts that were not accepted, and why."""
    place = Place(url=url, folder=folder, port=0)
    run(_rejects(run_id, (stage, cause), limit, place, as_json=as_json))


async def _show(run_id: str, place: Place, *, as_json: bool) -> None:
    _require_synthesis(run_id)
    shown = screen()
    async with at_hand(place) as at:
        report = await at.deployment.orchestrator.synthesis_report(run_id)
        if as_json:
            typer.echo(report.model_dump_json(indent=2))
            return
        columns = ["stage", "stopped", "of those that came", "left"]
        shown.table("Funnel", columns, funnel_rows(reports_of(report.streams)))
        await show_run(at.deployment, shown, run_id)


async def _versions(run_id: str, stream: int | None, place: Place, *, as_json: bool) -> None:
    shown = screen()
    async with at_hand(place) as at:
        for each in await _streams(at.deployment, run_id, stream):
            versions = await at.deployment.orchestrator.plan_versions(run_id, each.id)
            if as_json:
                for version in versions:
                    typer.echo(version.model_dump_json())
                continue
            theme = versions[-1].plan.theme if versions else ""
            shown.table(
                f"Stream {each.index}: {theme}",
                plan_words.VERSION_COLUMNS,
                plan_words.version_rows(versions),
            )


async def _diffs(
    run_id: str, stream: int | None, between: tuple[int, int], place: Place, *, as_json: bool
) -> None:
    first, last = between
    async with at_hand(place) as at:
        for each in await _streams(at.deployment, run_id, stream):
            versions = await at.deployment.orchestrator.plan_versions(run_id, each.id)
            latest = max((version.version for version in versions), default=0)
            if max(first, last) > latest and stream is None:
                typer.echo(f"stream {each.index}: has only versions up to v{latest}")
                continue
            found = await at.deployment.orchestrator.plan_diff(run_id, each.id, first, last)
            if as_json:
                typer.echo(found.model_dump_json())
                continue
            for line in plan_words.diff_lines(found):
                typer.echo(f"stream {each.index}: {line}")


async def _rejects(
    run_id: str, wanted: tuple[str | None, str | None], limit: int, place: Place, *, as_json: bool
) -> None:
    _require_synthesis(run_id)
    shown = screen()
    async with at_hand(place) as at:
        orchestrator = at.deployment.orchestrator
        everything = await read_all(
            lambda cursor: orchestrator.rejects(run_id, cursor=cursor, limit=200),
            most=MOST_REJECTS,
        )
    found = [each for each in everything if plan_words.is_wanted(each, *wanted)]
    if as_json:
        typer.echo(json.dumps([each.model_dump(mode="json") for each in found[:limit]], indent=2))
        return
    title = f"{len(found)} of {len(everything)} rejects"
    shown.table(title, ["stage", "class", "drafts"], plan_words.cause_rows(found))
    shown.table(
        f"The first {min(limit, len(found))}",
        plan_words.REJECT_COLUMNS,
        plan_words.reject_rows(found[:limit]),
    )


async def _streams(at: Deployment, run_id: str, index: int | None) -> list[StreamState]:
    _require_synthesis(run_id)
    streams = await at.orchestrator.streams(run_id)
    found = [each for each in streams if index is None or each.index == index]
    if not found:
        raise InvalidRequestError(f"{run_id} has streams 0 to {len(streams) - 1}, not {index}")
    return found


def _require_synthesis(run_id: str) -> None:
    if kind_of(run_id) != "synthesis":
        raise InvalidRequestError(f"{run_id} is no synthesis run; their ids begin with srun_")
