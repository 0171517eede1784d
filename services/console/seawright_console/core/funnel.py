"""The funnel of a synthesis run: how many candidates each stage stopped, and what they cost."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seawright_shared.contracts.orchestrator import StreamState
from seawright_shared.records.reports import IterationReport, StageUsage

ORDER = (
    "schema",
    "duplicate",
    "contamination",
    "execution",
    "policy",
    "effect",
    "reference",
    "selftest",
    "judge",
    "oracle",
    "noop_share",
    "rollout",
)
"""Stages in the order that most evaluation plans have; others follow by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """One stage: who came in, who was stopped, who is left."""

    stage: str
    num_in: int
    num_stopped: int

    @property
    def num_left(self) -> int:
        """Candidates that passed."""
        return self.num_in - self.num_stopped


def reports_of(streams: Iterable[StreamState]) -> list[IterationReport]:
    """Return all iterations of all streams."""
    return [report for stream in streams for report in stream.iterations]


def whole_iterations(streams: Sequence[StreamState]) -> int:
    """Return how many iterations every stream that still runs has done."""
    going = [stream for stream in streams if not stream.status.is_final] or list(streams)
    return min((len(stream.iterations) for stream in going), default=0)


def funnel(reports: Sequence[IterationReport]) -> list[FunnelStep]:
    """Return every stage that stopped something, from all candidates down to the accepted."""
    stopped: Counter[str] = Counter()
    for report in reports:
        stopped.update(report.stages)
    left = sum(report.num_candidates for report in reports)
    order = {stage: at for at, stage in enumerate(ORDER)}
    steps: list[FunnelStep] = []
    for stage in sorted(stopped, key=lambda name: (order.get(name, len(order)), name)):
        steps.append(FunnelStep(stage=stage, num_in=left, num_stopped=stopped[stage]))
        left -= stopped[stage]
    return steps


def funnel_rows(reports: Sequence[IterationReport]) -> list[list[str]]:
    """Return the funnel as a table: stage, stopped, share of those that came in, left."""
    rows = [["drawn", "", "", str(sum(report.num_drawn for report in reports))]]
    held_back = sum(report.num_held_back for report in reports)
    if held_back:
        rows.append(["held back by rules", str(held_back), "", ""])
    if not reports or rows[0][3] == "0":
        rows = []
    rows.append(["candidates", "", "", str(sum(report.num_candidates for report in reports))])
    rows += [
        [
            step.stage,
            str(step.num_stopped),
            f"{step.num_stopped / max(1, step.num_in):.1%}",
            str(step.num_left),
        ]
        for step in funnel(reports)
    ]
    rows.append(["accepted", "", "", str(sum(report.num_accepted for report in reports))])
    return rows


def usage_of(reports: Iterable[IterationReport]) -> dict[str, StageUsage]:
    """Return what each stage spent at a model's endpoint, over all iterations."""
    total: dict[str, StageUsage] = {}
    for report in reports:
        for stage, usage in report.usage.items():
            before = total.get(stage, StageUsage())
            total[stage] = StageUsage(
                num_calls=before.num_calls + usage.num_calls,
                num_cached=before.num_cached + usage.num_cached,
                num_prompt_tokens=before.num_prompt_tokens + usage.num_prompt_tokens,
                num_sampled_tokens=before.num_sampled_tokens + usage.num_sampled_tokens,
                dollars=before.dollars + usage.dollars,
                seconds=before.seconds + usage.seconds,
            )
    return total


def usage_rows(reports: Sequence[IterationReport]) -> list[list[str]]:
    """Return calls, tokens and dollars by stage, with a last row per accepted task; maybe none."""
    usage = usage_of(reports)
    if not usage:
        return []
    accepted = max(1, sum(report.num_accepted for report in reports))
    tokens = sum(each.num_prompt_tokens + each.num_sampled_tokens for each in usage.values())
    rows = [
        [
            stage,
            str(each.num_calls),
            str(each.num_cached),
            str(each.num_prompt_tokens),
            str(each.num_sampled_tokens),
            f"{each.dollars:.4f}",
        ]
        for stage, each in sorted(usage.items())
    ]
    dollars = sum(each.dollars for each in usage.values())
    rows.append(
        [
            "per accepted task",
            "",
            "",
            f"{tokens / accepted:.0f} in all",
            "",
            f"{dollars / accepted:.4f}",
        ]
    )
    return rows
