"""`regrade` and `contamination`: what recorded runs are worth now, what tasks share."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from seawright_console.adapters.audit_files import read_tasks
from seawright_console.adapters.exchange_files import read_results, write_json
from seawright_console.cli import options
from seawright_console.cli.exchange import (
    domain_of,
    exchange,
    run_transfer,
    show_contamination,
)
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.session import deployment
from seawright_console.core.ports import Screen
from seawright_console.core.results import pass_hats
from seawright_console.settings import Settings
from seawright_console.usecases.transfer_runs import with_gradings
from seawright_shared.contracts.exchange import ContaminationRequest
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.contamination import ContaminationReport
from seawright_shared.records.gradings import Tau2Grading

MOST_SHOWN = 15
Domain = Annotated[str | None, typer.Option(help="The domain; else the one that the file names.")]

Strict = Annotated[
    bool,
    typer.Option("--strict", help="A call that answers differently now leaves no reward."),
]
Current = Annotated[
    bool, typer.Option("--current-tasks", help="Grade by the current task definitions.")
]


def regrade(
    file: Annotated[Path, typer.Argument(help="A results file or folder of tau2-bench.")],
    domain: Domain = None,
    is_strict: Strict = False,  # noqa: FBT002 - typer reads flags so
    is_current: Current = False,  # noqa: FBT002
    out: Annotated[
        Path | None, typer.Option(help="Write the results file with the new rewards.")
    ] = None,
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
) -> None:
    """Grade recorded runs again by tau2-bench's evaluation; show pass^k and what changed."""
    how = _How(replay="strict" if is_strict else "lenient", is_current=is_current)
    gradings = run(_regrade(file, domain, out, url, how))
    if as_json:
        plain = [grading.model_dump(mode="json") for grading in gradings]
        typer.echo(json.dumps(plain, indent=2))
    else:
        show_gradings(gradings, screen())


def contamination(
    file: Annotated[Path, typer.Argument(help="A JSON list of tau2-bench tasks.")],
    domain: Domain = None,
    splits: Annotated[
        list[str] | None, typer.Option("--split", help="A split of tau2-bench; train and test.")
    ] = None,
    ngram: Annotated[int, typer.Option(help="Words of one n-gram.", min=1, max=50)] = 5,
    min_share: Annotated[float, typer.Option(help="Share of n-grams that is a hit.")] = 0.2,
    as_json: options.Json = False,  # noqa: FBT002
    url: options.Url = None,
) -> None:
    """Show which tasks of a file resemble tau2-bench's own, and by what."""
    wanted = _Wanted(splits=splits or ["train", "test"], ngram=ngram, min_share=min_share)
    report = run(_contamination(file, domain, url, wanted))
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        show_contamination(report, screen())


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """How runs are graded."""

    replay: Literal["strict", "lenient"]
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What tasks are compared with, and how."""

    splits: list[str]
    ngram: int
    min_share: float


async def _regrade(
    file: Path, domain: str | None, out: Path | None, url: str | None, how: _How
) -> list[Tau2Grading]:
    shown, results = screen(), read_results(file)
    total = len(results.simulations)
    async with deployment(Settings(), url) as at:
        with shown.phase("Grading") as meter:
            gradings = await run_transfer(at).graded(
                results,
                domain_of(domain, results.domain),
                replay=how.replay,
                is_current=how.is_current,
                done=lambda number: meter.show(number, total),
            )
    if out is not None:
        typer.echo(str(write_json(out, with_gradings(results, gradings).document())), err=True)
    return gradings


async def _contamination(
    file: Path, domain: str | None, url: str | None, wanted: _Wanted
) -> ContaminationReport:
    read = read_tasks(file, None)
    documents = [task for task in read.tasks if isinstance(task, dict)]
    if len(documents) != len(read.tasks):
        raise InvalidRequestError(f"{file.name}: every task must be an object")
    request = ContaminationRequest(
        domain=domain_of(domain, read.domain),
        documents=documents,
        splits=wanted.splits,
        ngram=wanted.ngram,
        min_share=wanted.min_share,
    )
    async with deployment(Settings(), url) as at:
        return (await exchange(at).contamination(request)).report


def show_gradings(gradings: list[Tau2Grading], shown: Screen) -> None:
    """Show pass^k, and every run whose reward is another now or that has none."""
    changed = [each for each in gradings if each.reward != each.recorded_reward]
    graded = [each for each in gradings if each.reward is not None]
    unjudged = sum(each.num_unjudged > 0 for each in gradings)
    shown.say(
        f"{len(graded)} of {len(gradings)} runs graded; {len(changed)} differ from the record; "
        f"{unjudged} hold assertions for a judge model, counted as met"
    )
    hats = [[str(k), f"{value:.4f}"] for k, value in pass_hats(gradings).items()]
    shown.table("pass^k", ["k", "pass^k"], hats)
    rows = [
        [each.task_id, each.run_id, _shown(each.recorded_reward), _shown(each.reward), each.problem]
        for each in changed[:MOST_SHOWN]
    ]
    title = f"First {len(rows)} of {len(changed)} that differ"
    shown.table(title, ["task", "run", "recorded", "now", "problem"], rows)


def _shown(reward: float | None) -> str:
    return "-" if reward is None else f"{reward:g}"
