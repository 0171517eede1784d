"""`train run|plan|promote|export`: train a model, say what it would need, use what came of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from seawright_console.cli import options
from seawright_console.cli.default_group import RunUnlessNamed
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.runs import train
from seawright_console.cli.session import deployment
from seawright_console.cli.spec_files import read_table, spec_of
from seawright_console.core.ports import Screen
from seawright_console.settings import Settings
from seawright_shared.contracts.trainer import CheckpointChoice, ExportedModel
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.planning import ClusterSpec, PlanRequest, TrainingPlan
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.specs import TrainingSpec

DOES_NOT_FIT = 1
"""Exit code."""
Gpus = Annotated[int, typer.Option(min=1, help="GPUs over which the model is sharded.")]
Memory = Annotated[float | None, typer.Option(help="GiB of one GPU; an H200 has 139.")]
Config = Annotated[Path | None, typer.Option(help="The model's config.json, if not beside it.")]
Length = Annotated[int | None, typer.Option(help="Tokens of an average rollout or dialogue.")]
RunId = Annotated[str, typer.Argument(help="The training run's id.")]
Step = Annotated[
    int | None, typer.Option(min=1, help="The checkpoint's step; without it the newest.")
]
Clusters = Annotated[
    list[str] | None,
    typer.Option(
        "--cluster", help="One field of the cluster, as in network_gigabytes_per_second=25."
    ),
]


def plan(
    spec: Annotated[Path, typer.Argument(help="The run's spec, a TOML or JSON file.")],
    gpus: Gpus = 1,
    memory: Memory = None,
    config: Config = None,
    mean_length: Length = None,
    cluster: Clusters = None,
    sets: options.Sets = None,
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
) -> None:
    """Say what a run would need of each GPU and how long a step would last; no GPU is needed."""
    flags = {"num_gpus": gpus, "memory_gib": memory}

    async def planned() -> TrainingPlan:
        wanted = PlanRequest(
            spec=spec_of(TrainingSpec, spec, sets or [], {}),
            cluster=spec_of(ClusterSpec, None, cluster or [], flags),
            model_config_json=None if config is None else _config(config),
            mean_length=mean_length,
        )
        return planner()(wanted)

    made = run(planned())
    if as_json:
        typer.echo(made.model_dump_json(indent=2))
    else:
        show_plan(made, screen())
    if not made.fits:
        raise typer.Exit(DOES_NOT_FIT)


def planner() -> Callable[[PlanRequest], TrainingPlan]:
    """Return what plans in this process."""
    # Here, not above: a command that has nothing to do with it need not import it.
    import seawright_trainer.wiring

    return seawright_trainer.wiring.PLAN_RUN


def show_plan(made: TrainingPlan, shown: Screen) -> None:
    """Show the memory by part, the times, and what to change."""
    rows = [[part, f"{gib:.1f}"] for part, gib in made.memory_gib.items()]
    rows.append(["together", f"{made.total_gib:.1f} of {made.available_gib:.1f}"])
    shown.table("Memory of one GPU, at its peak", ["part", "GiB"], rows)
    times = [
        ["parameters", f"{made.num_parameters / 1e9:.2f} billion"],
        ["active, of one token", f"{made.num_active_parameters / 1e9:.2f} billion"],
        ["trained", f"{made.num_trained_parameters / 1e9:.3f} billion"],
        ["operations of one token", f"{made.flops_per_token / 1e9:.1f} billion"],
        ["tokens of a step", f"{made.tokens_per_step}"],
        ["micro-batches of each GPU", f"{made.micro_batches_per_step}"],
        ["computing", f"{made.compute_seconds:.1f} s"],
        ["moving weights and gradients", f"{made.communication_seconds:.1f} s"],
        ["a step, with the two overlapped", f"{made.step_seconds:.1f} s"],
        *([f"publishing by {way}", f"{it:.1f} s"] for way, it in made.publish_seconds.items()),
        *(
            [["tokens to experts", f"{made.dispatch_gib:.2f} GiB, {made.dispatch_seconds:.1f} s"]]
            if made.dispatch_gib
            else []
        ),
        *([["routes of a step", f"{made.routes_gib:.2f} GiB"]] if made.routes_gib else []),
        ["most tokens of a micro-batch", f"{made.largest_token_budget}"],
    ]
    shown.table("One optimizer step", ["what", "how much"], times)
    shown.say("It fits." if made.fits else "It does not fit.")
    for line in made.advice:
        shown.say(f"- {line}")


def _config(file: Path) -> dict[str, JsonValue]:
    if file.suffix != ".json":
        raise InvalidRequestError(f"--config takes a JSON file, not {file}")
    read: dict[str, JsonValue] = json.loads(json.dumps(read_table(file)))
    return read


def promote(
    run_id: RunId,
    step: Step = None,
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
    url: options.Url = None,
) -> None:
    """Serve a checkpoint of a run that rests, as the model's next version, and keep it."""

    async def promoted() -> PolicyVersion:
        async with deployment(Settings(), url) as at:
            return await at.trainer.promote(run_id, CheckpointChoice(step=step))

    version = run(promoted())
    said = f"{version.model} version {version.version}, from {version.uri}"
    typer.echo(version.model_dump_json(indent=2) if as_json else said)


def export(
    run_id: RunId,
    step: Step = None,
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
    url: options.Url = None,
) -> None:
    """Make a model folder in Hugging Face layout of a checkpoint, which no run removes."""

    async def exported() -> ExportedModel:
        async with deployment(Settings(), url) as at:
            return await at.trainer.export(run_id, CheckpointChoice(step=step))

    made = run(exported())
    typer.echo(made.model_dump_json(indent=2) if as_json else made.uri)


def train_commands() -> typer.Typer:
    """Return the commands on training."""
    line = typer.Typer(
        name="train",
        cls=RunUnlessNamed,
        help="Train: start a run and follow it; `train FILE` is `train run FILE`.",
        no_args_is_help=True,
    )
    line.command("run")(train)
    line.command("plan")(plan)
    line.command("promote")(promote)
    line.command("export")(export)
    return line
