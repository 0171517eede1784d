"""`synth run|show|plans|rejects|estimate|ablate`: make verified tasks and look at how it went."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer

from seawright_console.cli import options
from seawright_console.cli.at_hand import AtHand, Place, at_hand
from seawright_console.cli.default_group import RunUnlessNamed
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.synth_ablate import ablate
from seawright_console.cli.synth_estimate import estimate
from seawright_console.cli.synth_files import NamedSpec, named_specs, shared_out
from seawright_console.cli.synth_read import plans, rejects, show
from seawright_console.core.funnel import funnel_rows, reports_of, usage_rows
from seawright_console.core.ports import Screen
from seawright_console.core.run_failure import RunFailedError
from seawright_console.usecases.follow_syntheses import FollowSyntheses
from seawright_console.usecases.start_syntheses import StartSyntheses
from seawright_shared.contracts.orchestrator import SynthesisRun
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.jobs import JobStatus

USAGE_COLUMNS = ("stage", "calls", "cached", "prompt tokens", "sampled tokens", "dollars")


def synth_run(
    spec: options.Spec = None,
    domain: Annotated[str | None, typer.Option(help="The domain, as in retail.")] = None,
    seed: options.Seed = None,
    streams: Annotated[int | None, typer.Option(help="Plan streams.")] = None,
    iterations: Annotated[int | None, typer.Option(help="Iterations of each stream.")] = None,
    candidates: Annotated[int | None, typer.Option(help="Drafts per iteration.")] = None,
    accepted: Annotated[
        int | None, typer.Option(min=1, help="End at so many accepted tasks, over all runs.")
    ] = None,
    sets: options.Sets = None,
    again: Annotated[bool, typer.Option(help="A new run, though this one was done.")] = False,  # noqa: FBT002 - typer reads flags so
    detach: options.Detach = False,  # noqa: FBT002
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
    folder: options.Folder = None,
    port: options.Port = None,
) -> None:
    """Synthesize verified tasks: start the file's runs side by side and follow them.

    The same file goes on where it was stopped. Without a deployment that answers, all services
    run in this process.
    """
    flags = {
        "domain": domain,
        "database.domain": domain,
        "seed": seed,
        "num_streams": streams,
        "num_iterations": iterations,
        "candidates_per_iteration": candidates,
    }
    run(
        _run(
            Place(url=url, folder=folder, port=port),
            lambda: shared_out(named_specs(spec, sets or [], flags), accepted),
            is_again=again,
            is_detached=detach,
            as_json=as_json,
        )
    )


async def _run(
    place: Place,
    read: Callable[[], list[NamedSpec]],
    *,
    is_again: bool,
    is_detached: bool,
    as_json: bool,
) -> None:
    shown, specs = screen(), read()
    async with at_hand(place) as at:
        if is_detached and at.folder is not None:
            raise InvalidRequestError("--detach needs a deployment that goes on: say --url")
        runs = await _started(at, specs, shown, is_again=is_again)
        if is_detached:
            for run_id in runs.values():
                typer.echo(run_id)
            return
        follow = FollowSyntheses(deployment=at.deployment, screen=shown, pause=asyncio.sleep)
        try:
            await follow(runs, "Synthesis")
        except asyncio.CancelledError:
            shown.say("stopped; the same command goes on from here")
            raise
        except RunFailedError:
            await _present(at, runs, shown, as_json=as_json)
            raise
        await _present(at, runs, shown, as_json=as_json)


async def _started(
    at: AtHand, specs: Sequence[NamedSpec], shown: Screen, *, is_again: bool
) -> dict[str, str]:
    """Start or take up every run of the file; return their ids by name."""
    shown.say(at.words)
    start = StartSyntheses(deployment=at.deployment)
    runs: dict[str, str] = {}
    for each in specs:
        begun = await start(each.spec, again=is_again)
        runs[each.name] = begun.run.id
        state = "started" if begun.is_new else f"{begun.run.status.value}; goes on"
        if begun.run.status is JobStatus.SUCCEEDED:
            state = "was done before (--again makes a new run)"
        shown.say(f"{each.name}: {begun.run.id} {state}")
    return runs


async def _present(at: AtHand, runs: Mapping[str, str], shown: Screen, *, as_json: bool) -> None:
    """Show each run's funnel and where its results are; print the runs."""
    found: list[SynthesisRun] = []
    for name, run_id in runs.items():
        report = await at.deployment.orchestrator.synthesis_report(run_id)
        found.append(report.run)
        reports = reports_of(report.streams)
        shown.table(
            f"{name}: {report.run.num_tasks} verified tasks, {run_id}",
            ["stage", "stopped", "of those that came", "left"],
            funnel_rows(reports),
        )
        if spent := usage_rows(reports):
            shown.table(f"{name}: what the model's endpoint cost", USAGE_COLUMNS, spent)
        page = "" if at.folder is not None else f"page: {at.url}/runs/{run_id}  "
        shown.say(f"  {page}more: seawright synth show {run_id}")
    if at.folder is not None:
        shown.say(f"everything is in {at.folder}; `seawright up --embedded --folder` serves it")
    if as_json:
        typer.echo(json.dumps([each.model_dump(mode="json") for each in found], indent=2))
    else:
        for each in found:
            typer.echo(each.id)


def synth_commands() -> typer.Typer:
    """Return the commands on synthesis."""
    line = typer.Typer(
        name="synth",
        cls=RunUnlessNamed,
        help="Synthesize verified tasks; `synth FILE` is `synth run FILE`.",
        no_args_is_help=True,
    )
    line.command("run")(synth_run)
    line.command("show")(show)
    line.command("plans")(plans)
    line.command("rejects")(rejects)
    line.command("estimate")(estimate)
    line.command("ablate")(ablate)
    return line
