"""What a report says: everything computed, nothing rendered."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seawright_console.core import figures
from seawright_console.core.charts import SERIES
from seawright_console.core.lanes import Reading
from seawright_console.core.report_parts import (
    Comparison,
    Figure,
    PassRow,
    Report,
    Tile,
    TrainingPart,
)
from seawright_console.core.statistics import paired_difference
from seawright_console.core.synthesis_part import synthesis_part
from seawright_shared.contracts.orchestrator import EvaluationRun, SynthesisReport
from seawright_shared.contracts.trainer import TrainingRun, TrainingStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The records a report is made from."""

    title: str
    subtitle: str = ""
    syntheses: Sequence[SynthesisReport] = ()
    trainings: Sequence[tuple[TrainingRun, Sequence[TrainingStep]]] = ()
    evaluations: Mapping[str, EvaluationRun] = field(default_factory=dict[str, EvaluationRun])
    """By stage, in the order shown; each later one is compared with the one before."""
    readings: Sequence[Reading] = ()
    notes: Sequence[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict[str, str])


SFT_METRICS = {"loss": "Loss per token", "grad_norm": "Gradient norm before clipping"}
GRPO_METRICS = {
    "reward_mean": "Mean reward of the rollouts",
    "entropy": "Entropy of the policy",
    "clip_high_share": "Share of tokens clipped above",
    "kl_k3": "KL from the sampling policy (k3)",
}
"""Metrics drawn, where a run reports them."""


def report_of(findings: Findings) -> Report:
    """Return the report of the findings."""
    done = {
        name: run
        for name, run in findings.evaluations.items()
        if run.report and run.report.pass_hat
    }
    ks = sorted({k for run in done.values() if run.report for k in run.report.pass_hat})
    return Report(
        title=findings.title,
        subtitle=findings.subtitle,
        tiles=[*_yield_tiles(findings.syntheses), *_pass_tiles(done)],
        ks=ks,
        stage_legend=[(name, SERIES[n % len(SERIES)]) for n, name in enumerate(done)],
        pass_figure=figures.pass_figure(done) if done else None,
        pass_rows=pass_rows(done, ks),
        differences=comparisons(done),
        syntheses=[synthesis_part(each) for each in findings.syntheses],
        trainings=[_training_part(run, steps) for run, steps in findings.trainings],
        readings=findings.readings,
        notes=findings.notes,
        versions=findings.versions,
        specs=_specs(findings),
    )


def pass_rows(evaluations: Mapping[str, EvaluationRun], ks: Sequence[int]) -> list[PassRow]:
    """Return one row per evaluation that has a report."""
    return [
        PassRow(
            name=name,
            intervals=tuple(run.report.pass_hat.get(k) for k in ks),
            num_tasks=run.report.num_tasks,
            num_episodes=run.report.num_episodes,
            num_excluded=run.report.num_excluded,
        )
        for name, run in evaluations.items()
        if run.report is not None
    ]


def comparisons(evaluations: Mapping[str, EvaluationRun]) -> list[Comparison]:
    """Return the paired difference of pass^1 of each stage from the one before it."""
    stages = [(name, run.report) for name, run in evaluations.items() if run.report is not None]
    return [
        Comparison(
            name=f"{after} - {before}, pass^1",
            difference=paired_difference(later.per_task, earlier.per_task),
        )
        for (before, earlier), (after, later) in itertools.pairwise(stages)
    ]


def _yield_tiles(syntheses: Sequence[SynthesisReport]) -> list[Tile]:
    tiles: list[Tile] = []
    for synthesis in syntheses:
        yields = list(figures.pooled_yields(synthesis.streams).values())
        if yields:
            note = f"from {yields[0]:.0%} in the first of {len(yields)} iterations"
            tiles.append(Tile(name="Yield, last iteration", value=f"{yields[-1]:.0%}", note=note))
        tiles.append(
            Tile(
                name="Verified tasks",
                value=f"{synthesis.run.num_tasks:,}",
                note=f"{len(synthesis.streams)} plan streams",
            )
        )
    return tiles


def _pass_tiles(evaluations: Mapping[str, EvaluationRun]) -> list[Tile]:
    return [
        Tile(
            name=f"pass^1, {name}",
            value=f"{run.report.pass_hat[1].value:.1%}",
            note=f"95 %: {run.report.pass_hat[1].low:.1%} to {run.report.pass_hat[1].high:.1%}",
        )
        for name, run in evaluations.items()
        if run.report is not None and 1 in run.report.pass_hat
    ]


def _training_part(run: TrainingRun, steps: Sequence[TrainingStep]) -> TrainingPart:
    metrics = SFT_METRICS if run.spec.kind == "sft" else GRPO_METRICS
    drawn = [
        Figure(title=title, svg=svg)
        for metric, title in metrics.items()
        if (svg := figures.metric_figure(steps, metric, title=title, unit=metric == "reward_mean"))
    ]
    name = {"sft": "Supervised fine-tuning", "grpo": "Reinforcement learning (GRPO)"}
    return TrainingPart(
        title=name[run.spec.kind],
        caption=f"Run {run.id}: {run.step} steps, {run.status.value}, seed {run.spec.seed}"
        + (", rewards shuffled (control)" if run.spec.shuffle_rewards else "")
        + ".",
        figures=drawn,
    )


def _specs(findings: Findings) -> dict[str, str]:
    specs = {
        f"Synthesis {each.run.id}": each.run.spec.model_dump_json(indent=2)
        for each in findings.syntheses
    }
    specs |= {
        f"Training {run.id}": run.spec.model_dump_json(indent=2) for run, _ in findings.trainings
    }
    return specs | {
        f"Evaluation {name}, {run.id}": run.spec.model_dump_json(indent=2)
        for name, run in findings.evaluations.items()
    }
