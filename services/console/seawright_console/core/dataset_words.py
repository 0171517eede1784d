"""Dataset versions as lines and rows that people read."""

from collections.abc import Sequence

from seawright_shared.records.datasets import DatasetVersion

COLUMNS = ("id", "name", "kind", "items", "runs")


def version_rows(versions: Sequence[DatasetVersion]) -> list[list[str]]:
    """Return one row per version."""
    return [
        [each.id, each.name, each.kind, str(each.num_items), ", ".join(each.synthesis_run_ids)]
        for each in versions
    ]


def summary_lines(made: DatasetVersion) -> list[str]:
    """Return what a person wants to know at once of a version that was made."""
    lines = [f"{made.name} ({made.kind}): {made.num_items} items of {made.num_tasks} tasks"]
    report = made.report
    if report is None:
        return lines
    shares = ", ".join(f"{each.policy} {each.share:.1%}" for each in report.baselines)
    if shares:
        lines.append(f"passed by policies that do not read: {shares}")
    difficulty = report.difficulty
    oracle = difficulty.oracle_pass_rate
    lines.append(
        f"pass rate {difficulty.mean_pass_rate:.2f}"
        + (f", of the oracle {oracle:.2f}" if oracle is not None else "")
        + f"; {report.diversity.num_sequences} tool sequences, "
        f"{report.diversity.num_cells} cells, {report.diversity.num_pairs} contrast pairs"
    )
    overlap = report.contamination
    lines.append(
        f"{overlap.num_named} tasks name what the benchmark names"
        if overlap.is_measured
        else f"overlap with the benchmark not measured: {overlap.reason}"
    )
    lines.append(f"the whole of it: seawright dataset card {made.id}")
    return lines
