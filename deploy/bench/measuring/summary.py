"""The Markdown summary of a run of the benchmarks."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

Cells = dict[str, Any]


def markdown(report: Mapping[str, Any]) -> str:
    """Return a summary: where and when, then every benchmark's figures."""
    lines = [
        f"# Benchmarks, {report['date']}",
        "",
        f"Commit {report['commit']}; {report['machine']}.",
        f"Load before {_shown(report['load_before'])}, after {_shown(report['load_after'])} "
        "(over 1, 5 and 15 minutes).",
        f"All together {sum(report['seconds'].values()):.0f} s.",
    ]
    for name, seconds in report["seconds"].items():
        lines += ["", f"## {name}", "", f"{seconds:.0f} s, load before "]
        lines[-1] += f"{_shown(report['loads_before'][name])}."
        if name in report["failures"]:
            lines += ["", f"Failed: {report['failures'][name]}."]
        else:
            lines += tables_of(report["results"][name])
    return "\n".join(lines) + "\n"


def tables_of(results: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines of the tables; neighbours with the same columns share one."""
    rows = list(rows_of("", results))
    for _, group in groupby(rows, key=lambda row: _kind(row[1])):
        same = list(group)
        # In the order of the first row that has it.
        columns = list(dict.fromkeys(column for _, cells in same for column in cells))
        yield ""
        yield f"| {' | '.join(['measure', *columns])} |"
        yield f"|{'---|' * (1 + len(columns))}"
        for name, cells in same:
            shown = [_shown(cells.get(column)) for column in columns]
            yield f"| {' | '.join([name, *shown])} |"


def rows_of(name: str, value: object) -> Iterator[tuple[str, Cells]]:
    """Return a row per object that holds plain values only, named by the way to it."""
    if isinstance(value, Mapping):
        plain = {key: each for key, each in value.items() if not isinstance(each, Mapping)}
        listed = {key for key, each in plain.items() if _is_objects(each)}
        own = {key: each for key, each in plain.items() if key not in listed}
        if name and own and len(own) == len(value):
            yield name, own
            return
        for key, each in value.items():
            inner = f"{name}, {key}" if name else str(key)
            if key in own:
                yield inner, {"value": each}
            else:
                yield from rows_of(inner, each)
    elif isinstance(value, Sequence):
        for number, each in enumerate(value, 1):
            yield f"{name} {number}", _flat(each)


def _flat(value: Mapping[str, Any], prefix: str = "") -> Cells:
    cells: Cells = {}
    for key, each in value.items():
        if isinstance(each, Mapping):
            cells |= _flat(each, f"{prefix}{key} ")
        else:
            cells[f"{prefix}{key}"] = each
    return cells


def _is_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)


def _kind(cells: Cells) -> str:
    """Return what rows of one table have in common."""
    for column in ("value", "seconds", "is_met"):
        if column in cells:
            return column
    return " ".join(cells)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, list):
        return " ".join(_shown(each) for each in value)
    return str(value).replace("|", "\\|")
