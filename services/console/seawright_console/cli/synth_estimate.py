"""`synth estimate`: what the model of a run would cost, before anything is spent."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from seawright_console.cli import options
from seawright_console.cli.at_hand import Place, at_hand
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.synth_files import named_specs
from seawright_shared.clients.synthesis_estimates import SynthesisEstimates
from seawright_shared.records.llm import LlmEstimate
from seawright_shared.records.reports import StageUsage

COLUMNS = ("stage", "calls", "prompt tokens", "sampled tokens", "dollars")


def estimate(
    spec: options.Spec = None,
    sets: options.Sets = None,
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
    url: options.Url = None,
    folder: options.Folder = None,
) -> None:
    """Predict calls, tokens and dollars of each run of the file; nothing is asked of a model."""
    place = Place(url=url, folder=folder, port=0)
    found = run(_estimates(spec, sets or [], place))
    if as_json:
        plain = {name: each.model_dump(mode="json") for name, each in found.items()}
        typer.echo(json.dumps(plain, indent=2))
        return
    shown = screen()
    for name, each in found.items():
        shown.table(name, COLUMNS, estimate_rows(each))
        typer.echo(
            f"{name}: about ${each.total.dollars:.2f} for {each.num_accepted} accepted tasks "
            f"(${each.dollars_per_accepted:.4f} each, at a yield of {each.assumed_yield:.0%})"
        )


async def _estimates(
    file: Path | None, sets: Sequence[str], place: Place
) -> dict[str, LlmEstimate]:
    specs = named_specs(file, sets, {})
    async with at_hand(place) as at:
        client = SynthesisEstimates(at.deployment.peers["orchestrator"])
        return {each.name: await client.estimate(each.spec) for each in specs}


def estimate_rows(found: LlmEstimate) -> list[list[str]]:
    """Return calls, tokens and dollars by stage, and in all."""
    rows = [_row(stage, usage) for stage, usage in found.stages.items()]
    return [*rows, _row("in all", found.total)]


def _row(stage: str, usage: StageUsage) -> list[str]:
    return [
        stage,
        f"{usage.num_calls:,}",
        f"{usage.num_prompt_tokens:,}",
        f"{usage.num_sampled_tokens:,}",
        f"{usage.dollars:.2f}",
    ]
