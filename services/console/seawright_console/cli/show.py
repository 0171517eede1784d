"""`show` and `report`: what a run did."""

import json
from pathlib import Path
from typing import Annotated

import typer

from seawright_console.adapters.jinja_pages import write_report
from seawright_console.cli import options
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.session import deployment
from seawright_console.core import figures
from seawright_console.core.deployment import Deployment
from seawright_console.core.ports import Screen
from seawright_console.core.report import report_of
from seawright_console.core.run_kinds import kind_of
from seawright_console.settings import Settings
from seawright_console.usecases.gather_findings import GatherFindings
from seawright_console.usecases.survey import Survey
from seawright_shared.contracts.orchestrator import EvaluationRun, SynthesisReport
from seawright_shared.contracts.trainer import TrainingRun, TrainingStep

MOST_STEPS = 20
MAIN_METRICS = (
    "reward_mean",
    "loss",
    "entropy",
    "kl_k3",
    "grad_norm",
    "seconds",
)
"""Metrics of a step that fit a terminal; `--json` has all."""


def show(
    run_id: Annotated[str, typer.Argument(help="A synthesis, training or evaluation run.")],
    as_json: options.Json = False,  # noqa: FBT002 - typer reads flags so
    url: options.Url = None,
) -> None:
    """Show a run: yield and plans, steps, or pass^k."""
    run(_show(run_id, url, as_json=as_json))


def report(
    run_ids: Annotated[list[str], typer.Argument(help="Runs of any kind, in the order shown.")],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("report.html"),
    title: Annotated[str, typer.Option(help="The report's title.")] = "seawright report",
    url: options.Url = None,
) -> None:
    """Write one self-contained HTML report of runs."""
    run(_report(run_ids, out, title, url))


async def _show(run_id: str, url: str | None, *, as_json: bool) -> None:
    async with deployment(Settings(), url) as at:
        if as_json:
            typer.echo(await _json_of(at, run_id))
        else:
            await show_run(at, screen(), run_id)


async def _report(run_ids: list[str], out: Path, title: str, url: str | None) -> None:
    shown = screen()
    async with deployment(Settings(), url) as at:
        with shown.phase("Report") as meter:
            findings = await GatherFindings(deployment=at)(run_ids, title=title)
            path = write_report(report_of(findings), out)
            meter.show(1, 1)
    typer.echo(str(path))


async def _json_of(at: Deployment, run_id: str) -> str:
    kind = kind_of(run_id)
    if kind == "synthesis":
        return (await at.orchestrator.synthesis_report(run_id)).model_dump_json(indent=2)
    if kind == "evaluation":
        return (await at.orchestrator.evaluation_run(run_id)).model_dump_json(indent=2)
    training, steps = await GatherFindings(deployment=at).training(run_id)
    plain = {
        "run": training.model_dump(mode="json"),
        "steps": [step.model_dump(mode="json") for step in steps],
    }
    return json.dumps(plain, indent=2)


async def show_run(at: Deployment, shown: Screen, run_id: str) -> None:
    """Show a run of any kind as tables."""
    row = await Survey(deployment=at).run(run_id)
    reason = f": {row.reason}" if row.reason else ""
    shown.say(f"{row.id}  {row.kind}  {row.status}{reason}  {row.done}/{row.total}  {row.what}")
    if row.kind == "synthesis":
        show_synthesis(await at.orchestrator.synthesis_report(run_id), shown)
    elif row.kind == "evaluation":
        show_evaluation(await at.orchestrator.evaluation_run(run_id), shown)
    else:
        show_training(*await GatherFindings(deployment=at).training(run_id), shown)


def show_synthesis(report: SynthesisReport, shown: Screen) -> None:
    """Show yields, failure classes, and what each stream's reflection changed."""
    show_yields(report, shown)
    reports = [each for stream in report.streams for each in stream.iterations]
    causes = figures.ranked(figures.total(each.causes for each in reports))
    shown.table(
        "Failure classes", ["class", "drafts"], [[name, str(count)] for name, count in causes[:15]]
    )
    for stream in report.streams:
        versions = {plan.id: plan.version for plan in stream.plans}
        rows = [
            [
                str(each.iteration),
                f"v{versions.get(each.plan_from, '?')} to v{versions.get(each.plan_to, '?')}",
                str(len(each.diff.added)),
                str(len(each.diff.retired)),
                f"{each.predicted_yield:.3f}",
                "-" if each.observed_yield is None else f"{each.observed_yield:.3f}",
                {True: "kept", False: "rolled back", None: "-"}[each.accepted],
            ]
            for each in stream.reflections
        ]
        theme = stream.plans[-1].theme if stream.plans else ""
        shown.table(
            f"Stream {stream.index}: {theme}",
            ["iteration", "plan", "added", "retired", "predicted", "observed", "outcome"],
            rows,
        )


def show_yields(report: SynthesisReport, shown: Screen) -> None:
    """Show the yield of each iteration, per stream and pooled."""
    columns = ["iteration", *(f"stream {each.index}" for each in report.streams), "all"]
    shown.table("Yield per iteration", columns, figures.yield_rows(report.streams))


def show_evaluation(evaluation: EvaluationRun, shown: Screen) -> None:
    """Show pass^k and pass@k with their intervals."""
    if evaluation.report is None:
        return
    found = evaluation.report
    rows = [
        [
            str(k),
            f"{it.value:.3f} [{it.low:.3f}, {it.high:.3f}]",
            f"{found.pass_at[k].value:.3f}" if k in found.pass_at else "-",
        ]
        for k, it in sorted(found.pass_hat.items())
    ]
    title = (
        f"{found.num_tasks} tasks, {found.num_episodes} episodes, "
        f"{found.num_excluded} excluded (faults)"
    )
    shown.table(title, ["k", "pass^k", "pass@k"], rows)


def show_training(training: TrainingRun, steps: list[TrainingStep], shown: Screen) -> None:
    """Show the latest steps with their metrics, and what became of the groups."""
    if training.num_groups:
        groups = ", ".join(f"{count} {name}" for name, count in sorted(training.num_groups.items()))
        shown.say(f"groups: {groups}")
    latest = steps[-MOST_STEPS:]
    names = [name for name in MAIN_METRICS if any(name in step.metrics for step in latest)]
    rows = [
        [
            f"{step.step}{' (rolled back)' if step.rolled_back else ''}",
            str(step.version),
            *(f"{step.metrics[name]:.3g}" if name in step.metrics else "-" for name in names),
        ]
        for step in latest
    ]
    shown.table(f"Last {len(latest)} of {len(steps)} steps", ["step", "version", *names], rows)
