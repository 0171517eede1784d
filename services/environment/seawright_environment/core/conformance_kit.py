"""The conformance kit: what every domain must keep, tried on one domain.

`check_domain` is public: a domain's own tests may call it, and `seawright domain check` prints
what it returns. It needs nothing but the domain: calls are generated from the tools' schemas and
from what the generated database holds.
"""

import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from seawright_environment.core import property_checks, property_checks_static
from seawright_environment.core.conformance_kit_bench import (
    Bench,
    Budget,
    Findings,
    hashes_of,
    text_of,
)
from seawright_environment.core.conformance_kit_report import LawReport
from seawright_environment.core.domain_plugins import DomainPlugin
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.property_checks_gold import check_gold
from seawright_environment.core.world import World
from seawright_shared.records.base import content_hash

Law = Callable[[Bench, Findings], None]

LAWS: Mapping[str, Law] = {
    "tools declare read or write": property_checks_static.check_kinds,
    "schemas are complete": property_checks_static.check_schemas,
    "the policy text is there": property_checks_static.check_policy,
    "the seed database is reproducible and sized": property_checks_static.check_seed,
    "reads never write": property_checks.check_reads,
    "a refused call changes nothing": property_checks.check_refusals,
    "the shared base is never changed": property_checks.check_base,
    "replay is deterministic": property_checks.check_replay,
    "hash and diff tell what changed": property_checks.check_diff,
    "arguments by schema raise no bug": property_checks.check_fuzz,
    "gold runs": check_gold,
}
"""Every law by its name, in the order in which they are told."""


def check_domain(
    plugin: DomainPlugin,
    budget: Budget | None = None,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> list[LawReport]:
    """Try every law on a domain and return what came of each; never raises for the domain's sake.

    The same domain and budget give the same calls and the same reports.
    """
    bench = Bench(plugin=plugin, budget=budget or Budget(), clock=clock)
    return [_tried(law, check, bench) for law, check in LAWS.items()]


def _tried(name: str, law: Law, bench: Bench) -> LawReport:
    found = Findings()
    try:
        law(bench, found)
    # The domain's own code runs here: whatever it raises is what is to be told.
    except Exception as error:  # noqa: BLE001
        found.fail(place_of(error), f"{type(error).__name__}: {error}")
    return LawReport(law=name, tried=found.tried, failures=found.failures, notes=found.notes)


def place_of(error: BaseException) -> str:
    """Return the file and line where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def fingerprint(plugin: DomainPlugin, budget: Budget | None = None) -> str:
    """Return a hash of everything that generated calls were told and made: equal in every process."""
    bench = Bench(plugin=plugin, budget=budget or Budget(drafts_per_goal=0), clock=lambda: 0.0)
    told: list[JsonValue] = []
    for sequence in bench.sequences:
        world = World.open(bench.base(sequence.database))
        for call in sequence.calls:
            result = world.call(call.requestor, call.name, call.arguments)
            told += [call.name, dict(call.arguments), result.content]
        told.append(hashes_of(world))
    texts = {
        "/".join(key): text
        for key, text in text_of(bench.base(bench.database).database.tables).items()
    }
    return content_hash(
        {
            "told": told,
            "tables": cast("JsonObject", texts),
            "domain": bench.content.describe().version,
        }
    )
