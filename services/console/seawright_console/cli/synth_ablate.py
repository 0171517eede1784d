"""`synth ablate`: what each part of synthesis is worth, in one table."""

import asyncio
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from seawright_console.adapters.ablation_files import CellFiles, as_json, write_texts
from seawright_console.adapters.source_revision import source_revision
from seawright_console.cli import options
from seawright_console.cli.at_hand import Place, at_hand
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.synth_files import NamedSpec, named_specs
from seawright_console.core.ablation import ARMS, Cell, Options
from seawright_console.core.ablation_results import by_arm, result_files, result_object
from seawright_console.core.ablation_statistics import arm_figures
from seawright_console.settings import Settings
from seawright_console.usecases.ablate import Ablate
from seawright_console.usecases.follow_runs import FollowRuns

CELLS = "ablations"
"""Folder of finished cells, below the state folder."""


def ablate(
    spec: Annotated[Path, typer.Argument(help="The full runs' file; each domain has its table.")],
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of run and database.")] = 3,
    few: Annotated[int, typer.Option(min=1, help="Streams of the arm with few.")] = 4,
    heldout: Annotated[
        int, typer.Option(min=10, help="Tasks asked of each frozen plan, on unseen customers.")
    ] = 60,
    arms: Annotated[
        str | None, typer.Option(help=f"Some arms only, with commas: {', '.join(ARMS)}.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the tables and figures go.")] = Path(
        "docs/results"
    ),
    sets: options.Sets = None,
    url: options.Url = None,
    folder: options.Folder = None,
    port: options.Port = None,
) -> None:
    """Leave out verification, evolution, guidance, plans: measure what each is worth.

    Every finished cell (arm and seed) is kept, and a run that was stopped goes on: the same
    command ends what it began.
    """
    wanted = Options(num_seeds=seeds, num_few=few, num_heldout=heldout)
    chosen = [arm.strip() for arm in arms.split(",")] if arms else list(ARMS)
    place = Place(url=url, folder=folder, port=port)
    run(_ablate(spec, sets or [], wanted, chosen, out, place))


async def _ablate(
    file: Path, sets: list[str], wanted: Options, arms: list[str], out: Path, place: Place
) -> None:
    shown = screen()
    specs = named_specs(file, sets, {})
    kept = (place.folder or Settings().folder).absolute() / CELLS
    async with at_hand(place) as at:
        shown.say(at.words)
        work = Ablate(
            deployment=at.deployment,
            follow=FollowRuns(deployment=at.deployment, screen=shown, pause=asyncio.sleep),
            cells=CellFiles(folder=kept),
            screen=shown,
            clock=time.perf_counter,
        )
        for each in specs:
            cells = await work(each.spec, wanted, arms)
            for path in _written(each, cells, wanted, out):
                typer.echo(str(path))
            shown.table(f"Ablation: {each.name}", *by_arm(arm_figures(cells)))


def _written(named: NamedSpec, cells: list[Cell], wanted: Options, out: Path) -> list[Path]:
    """Write the page, its figures and the numbers; return where they are."""
    now = datetime.now(UTC)
    facts = {
        "made": now.strftime("%Y-%m-%d %H:%M UTC"),
        "commit": source_revision(Path(__file__)) or "unknown",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    stem = f"{now:%Y-%m-%d}-ablation-{named.name.replace(' ', '-')}"
    texts = result_files(stem, cells, wanted, facts)
    texts[f"{stem}.json"] = as_json(result_object(cells, wanted, facts))
    return write_texts(out, texts)
