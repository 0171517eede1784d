"""Files of synthesis runs: one spec, or several below `[[runs]]` that share what stands above."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import cast

from seawright_console.cli.spec_files import Plain, override, read_table, validated
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.specs import SynthesisSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSpec:
    """One run of a file, by the name that people see."""

    name: str
    spec: SynthesisSpec


def named_specs(
    file: Path | None, settings: Sequence[str], flags: Mapping[str, object | None]
) -> list[NamedSpec]:
    """Return the file's runs in order; flags and `--set` hold for each of them."""
    whole = read_table(file) if file is not None else {}
    listed = whole.pop("runs", None)
    if listed is None:
        tables = [whole]
    elif isinstance(listed, list) and listed:
        runs = cast("list[object]", listed)
        tables = [_merged(deepcopy(whole), _table(run, at)) for at, run in enumerate(runs)]
    else:
        raise InvalidRequestError(
            "runs must be a list of tables: write [[runs]] above each of them"
        )
    names: dict[str, SynthesisSpec] = {}
    for at, table in enumerate(tables):
        given = table.pop("name", None)
        override(table, settings, flags)
        _same_database(table)
        within = f"/runs/{at}" if listed is not None else ""
        spec = validated(SynthesisSpec, table, within=within)
        name = str(given or spec.domain)
        names[name if name not in names else f"{name} {at + 1}"] = spec
    return [NamedSpec(name=name, spec=spec) for name, spec in names.items()]


def shared_out(specs: Sequence[NamedSpec], num_accepted: int | None) -> list[NamedSpec]:
    """Return the specs, each to end at its equal share of so many accepted tasks in all."""
    if num_accepted is None:
        return list(specs)
    share = ceil(num_accepted / len(specs))
    return [
        replace(each, spec=each.spec.model_copy(update={"num_accepted": share})) for each in specs
    ]


def _table(run: object, at: int) -> Plain:
    if not isinstance(run, dict):
        raise InvalidRequestError(f"runs[{at}] must be a table")
    return cast("Plain", run)


def _same_database(table: Plain) -> None:
    """Name the domain of the database where only the run names one."""
    database = table.setdefault("database", {})
    if isinstance(database, dict) and "domain" in table:
        cast("Plain", database).setdefault("domain", table["domain"])


def _merged(shared: Plain, own: Plain) -> Plain:
    """Return the run's own fields over the shared ones, table by table."""
    result: Plain = {**shared, **own}
    for name, below in own.items():
        above = shared.get(name)
        if isinstance(above, dict) and isinstance(below, dict):
            result[name] = _merged(cast("Plain", above), cast("Plain", below))
    return result
