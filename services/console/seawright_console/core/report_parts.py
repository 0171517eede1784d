"""The parts of a report, ready to be rendered; every `*_figure` is SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_console.core.lanes import Reading
from seawright_console.core.statistics import Difference
from seawright_shared.records.plans import Reflection
from seawright_shared.records.reports import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number at the top."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRow:
    """One agent's pass^k; None where the evaluation had fewer trials."""

    name: str
    intervals: tuple[Interval | None, ...]
    num_tasks: int
    num_episodes: int
    num_excluded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One agent against another on the same tasks."""

    name: str
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationRow:
    """One row of the yield table."""

    stream: int
    iteration: int
    num_candidates: int
    num_accepted: int
    yield_share: float
    num_sequences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPart:
    """What one stream learned."""

    index: int
    theme: str
    figure: str | None
    reflections: Sequence[Reflection]
    versions: Mapping[str, int]
    """Of the plans, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisPart:
    """The figures of one synthesis run; `*_figure` are SVG."""

    caption: str
    legend: Sequence[tuple[str, str]]
    yield_figure: str
    funnel_figure: str
    cause_figure: str
    """Classes stacked by iteration."""
    prediction_figure: str | None
    coverage_figure: str | None
    attributions: Sequence[tuple[str, Sequence[int], int]]
    """Who was blamed, how often by iteration, and in all."""
    routes: Sequence[tuple[str, int]]
    usage: Sequence[Sequence[str]]
    """What a model's endpoint cost, by stage; empty without one."""
    iterations: Sequence[IterationRow]
    streams: Sequence[StreamPart]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A titled SVG."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPart:
    """The curves of one training run."""

    title: str
    caption: str
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report, ready to be rendered."""

    title: str
    subtitle: str
    tiles: Sequence[Tile]
    ks: Sequence[int]
    stage_legend: Sequence[tuple[str, str]]
    pass_figure: str | None
    pass_rows: Sequence[PassRow]
    differences: Sequence[Comparison]
    syntheses: Sequence[SynthesisPart]
    trainings: Sequence[TrainingPart]
    readings: Sequence[Reading]
    notes: Sequence[str]
    versions: Mapping[str, str]
    specs: Mapping[str, str]
