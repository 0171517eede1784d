"""`dataset create|list|card|export|push`: dataset versions from synthesis runs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from seawright_console.adapters.zip_archives import unpacked
from seawright_console.cli import options
from seawright_console.cli.at_hand import AtHand, Place, at_hand
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.spec_files import spec_of
from seawright_console.core.dataset_words import COLUMNS, summary_lines, version_rows
from seawright_console.usecases.read_pages import read_all
from seawright_shared.clients.dataset_exports import DatasetExportsClient
from seawright_shared.contracts.dataset_exports import ExportRequest, PushRequest
from seawright_shared.records.datasets import DatasetVersion
from seawright_shared.records.specs import DatasetSpec

Id = Annotated[str, typer.Argument(help="The dataset version's id.")]
Form = Literal["hf", "tau2"]


def create(
    spec: Annotated[
        Path | None, typer.Argument(help="The version's spec, a TOML or JSON file.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Its name.")] = None,
    kind: Annotated[str | None, typer.Option(help="agent_sft, user_sft or rl_tasks.")] = None,
    runs: Annotated[
        list[str] | None, typer.Option("--run", help="A synthesis run; may be said again.")
    ] = None,
    sets: options.Sets = None,
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Make a dataset version; one that a policy passes without reading is refused, saying why."""
    flags = {"name": name, "kind": kind, "synthesis_run_ids": runs}
    run(_create(spec, sets or [], flags, Place(url=url, folder=folder, port=0), as_json=as_json))


def listing(url: options.Url = None, folder: options.Folder = None) -> None:
    """List the dataset versions, newest first."""
    run(_list(Place(url=url, folder=folder, port=0)))


def card(dataset_id: Id, url: options.Url = None, folder: options.Folder = None) -> None:
    """Print the data card, in Markdown."""
    run(_card(dataset_id, Place(url=url, folder=folder, port=0)))


def export(
    dataset_id: Id,
    out: Annotated[Path, typer.Option(help="The folder to write, or a file that ends in .zip.")],
    form: Annotated[
        Form, typer.Option("--format", help="hf: Parquet configs; tau2: tau2-bench's files.")
    ] = "hf",
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Write a version for `datasets` (hf) or tau2-bench: the same version, the same bytes."""
    run(_export(dataset_id, out, form, Place(url=url, folder=folder, port=0)))


def push(
    dataset_id: Id,
    repo_id: Annotated[str, typer.Argument(help="owner/name on the Hugging Face Hub.")],
    public: Annotated[bool, typer.Option(help="For everybody to see.")] = False,  # noqa: FBT002
    revision: Annotated[str | None, typer.Option(help="A branch; else the main one.")] = None,
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Push a version to the Hub, with the orchestrator's own token."""
    request = PushRequest(repo_id=repo_id, is_private=not public, revision=revision)
    run(_push(dataset_id, request, Place(url=url, folder=folder, port=0)))


async def _create(
    file: Path | None,
    sets: list[str],
    flags: Mapping[str, object | None],
    place: Place,
    *,
    as_json: bool,
) -> None:
    wanted = spec_of(DatasetSpec, file, sets, flags)
    shown = screen()
    async with at_hand(place) as at:
        with shown.phase("Dataset") as meter:
            made = await at.deployment.orchestrator.create_dataset(wanted)
            meter.show(1, 1, f"{made.num_items} items")
    for line in summary_lines(made):
        shown.say(line)
    typer.echo(json.dumps(made.model_dump(mode="json"), indent=2) if as_json else made.id)


async def _list(place: Place) -> None:
    async with at_hand(place) as at:
        orchestrator = at.deployment.orchestrator
        found: list[DatasetVersion] = await read_all(
            lambda cursor: orchestrator.datasets(cursor=cursor, limit=100), most=1000
        )
    screen().table(f"{len(found)} dataset versions", COLUMNS, version_rows(found))


async def _card(dataset_id: str, place: Place) -> None:
    async with at_hand(place) as at:
        typer.echo(await _exports(at).card(dataset_id))


async def _export(dataset_id: str, out: Path, form: Form, place: Place) -> None:
    async with at_hand(place) as at:
        archive = await _exports(at).export(dataset_id, ExportRequest(format=form))
    for path in unpacked(archive, out):
        typer.echo(str(path))


async def _push(dataset_id: str, request: PushRequest, place: Place) -> None:
    async with at_hand(place) as at:
        done = await _exports(at).push(dataset_id, request)
    typer.echo(done.model_dump_json(indent=2))


def _exports(at: AtHand) -> DatasetExportsClient:
    return DatasetExportsClient(at.deployment.peers["orchestrator"])


def dataset_commands() -> typer.Typer:
    """Return the commands on dataset versions."""
    line = typer.Typer(help="Make, describe and write dataset versions.", no_args_is_help=True)
    line.command("create")(create)
    line.command("list")(listing)
    line.command("card")(card)
    line.command("export")(export)
    line.command("push")(push)
    return line
