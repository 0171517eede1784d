"""`train`, `evaluate`: start a run and follow it to its end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from seawright_console.cli import options
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.session import deployment
from seawright_console.cli.show import show_run
from seawright_console.cli.spec_files import spec_of
from seawright_console.core.deployment import Deployment
from seawright_console.settings import Settings
from seawright_console.usecases.follow_runs import FollowRuns
from seawright_shared.contracts.orchestrator import Run
from seawright_shared.records.specs import EvaluationSpec, TrainingSpec

S = TypeVar("S", TrainingSpec, EvaluationSpec)


def train(
    spec: options.Spec = None,
    dataset: Annotated[str | None, typer.Option(help="The dataset version's id.")] = None,
    steps: Annotated[int | None, typer.Option(help="Optimizer steps.")] = None,
    seed: options.Seed = None,
    sets: options.Sets = None,
    detach: options.Detach = False,  # noqa: FBT002
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
) -> None:
    """Train: start an SFT or GRPO run and follow it."""
    flags = {"dataset_id": dataset, "num_steps": steps, "seed": seed}
    run(
        _start(
            url,
            lambda: spec_of(TrainingSpec, spec, sets or [], flags),
            lambda at, wanted: at.trainer.create_run(wanted),
            lambda follow, run_id: follow.training(run_id),
            is_detached=detach,
            as_json=as_json,
        )
    )


def evaluate(
    spec: options.Spec = None,
    name: Annotated[str | None, typer.Option(help="A name for the evaluation.")] = None,
    dataset: Annotated[str | None, typer.Option(help="The task dataset's id.")] = None,
    model: Annotated[str | None, typer.Option(help="The served model that plays.")] = None,
    trials: Annotated[int | None, typer.Option(help="Episodes per task.")] = None,
    seed: options.Seed = None,
    sets: options.Sets = None,
    detach: options.Detach = False,  # noqa: FBT002
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
) -> None:
    """Evaluate: play tasks several times and show pass^k."""
    flags = {
        "name": name,
        "dataset_id": dataset,
        "agent.model": model,
        "num_trials": trials,
        "seed": seed,
    }
    run(
        _start(
            url,
            lambda: spec_of(EvaluationSpec, spec, sets or [], flags),
            lambda at, wanted: at.orchestrator.start_evaluation(wanted),
            lambda follow, run_id: follow.evaluation(run_id),
            is_detached=detach,
            as_json=as_json,
        )
    )


async def _start(
    url: str | None,
    read: Callable[[], S],
    start: Callable[[Deployment, S], Awaitable[Run]],
    follow: Callable[[FollowRuns, str], Awaitable[Run]],
    *,
    is_detached: bool,
    as_json: bool,
) -> None:
    shown, spec = screen(), read()
    async with deployment(Settings(), url) as at:
        begun = await start(at, spec)
        if is_detached:
            typer.echo(begun.model_dump_json(indent=2) if as_json else begun.id)
            return
        shown.say(f"{begun.id} started")
        following = FollowRuns(deployment=at, screen=shown, pause=asyncio.sleep)
        done = await follow(following, begun.id)
        if as_json:
            typer.echo(done.model_dump_json(indent=2))
        else:
            await show_run(at, shown, begun.id)
