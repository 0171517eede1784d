"""Cost of one checker's verdict in its three forms, on golden episodes of a generated shop.

    python deploy/bench/checkers.py [--checks 300]

The same checkers run interpreted (declarative), as source in Monty, and as source in a sandboxed
CPython process; their verdicts must be equal. Replay is not counted: it is the same for all.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from seawright_environment.core.checker import judge
from seawright_environment.core.checker_compiling import compiled_checker
from seawright_environment.core.databases import Databases
from seawright_environment.core.draft_drawing import draw_drafts
from seawright_environment.core.drafting import DraftOrder
from seawright_environment.core.replay import Replay
from seawright_environment.core.selftest_scripts import gold_script, play
from seawright_environment.core.source_checker import SourceChecker
from seawright_environment.core.task_checks import check_draft
from seawright_environment.core.task_checks_candidate import Candidate
from seawright_environment.core.world import World
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_environment.sandbox_wiring import SandboxHouse, sandbox_house
from seawright_environment.settings import Settings
from seawright_shared.records.checkers import Checker, CheckerSpec
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Verdict

SHOP = DatabaseRef(domain="retail", source="seed", seed=5, num_customers=1000)
TARGETS = {"declarative": 0.2, "monty": 1.0, "cpython": 15.0}
"""Milliseconds, p50."""
NUM_TASKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One form: milliseconds of a check."""

    name: str
    p50: float
    p99: float
    first: float
    """The first check, with whatever it has to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A checker and the golden episode that it passes."""

    spec: CheckerSpec
    run: Replay


def cases() -> list[Case]:
    """Return accepted tasks' checkers, of every goal type, with their golden episodes."""
    base = Databases(DOMAINS).load(SHOP)
    author = AUTHORS["retail"]
    start = World.open(base)
    order = DraftOrder(
        database=SHOP,
        seed=1,
        num=400,
        is_heldout=False,
        holdout_share=0.3,
        goals=dict.fromkeys(author.goal_types, 1.0),
        num_goals={1: 0.5, 2: 0.5},
        disclosures={"upfront": 1},
        references={"id": 1},
        personas=["plain"],
    )
    checks = [CheckConfig(id=name) for name in ("schema", "execution", "policy", "effect")]
    found: list[Task] = []
    for draft in draw_drafts(order, author, start.view):
        candidate = Candidate(draft=draft, base=base, author=author)
        checked = check_draft(candidate, checks, min_kill=0.95, clock=time.perf_counter)
        if checked.task is not None:
            found.append(checked.task)
    return [
        Case(spec=task.checker, run=play(start, gold_script(task).messages()))
        for task in found[:NUM_TASKS]
        if task.checker is not None
    ]


def timed(name: str, num: int, acts: Sequence[Callable[[], Verdict]]) -> Row:
    """Return the quantiles of single checks, each of which passes."""
    seconds: list[float] = []
    for number in range(num + 1):
        began = time.perf_counter()
        verdict = acts[number % len(acts)]()
        seconds.append(time.perf_counter() - began)
        assert verdict.reward == 1.0, verdict.rationale
    cuts = quantiles(seconds[1:], n=100)
    return Row(name=name, p50=cuts[49] * 1e3, p99=cuts[98] * 1e3, first=seconds[0] * 1e3)


def measure(num: int, house: SandboxHouse) -> list[Row]:
    """Return a row per form."""
    tried = cases()
    rows = [
        timed("declarative", num, [lambda c=case: judge(c.spec, c.run) for case in tried]),
    ]
    for runtime in ("monty", "cpython"):
        acts: list[Callable[[], Verdict]] = []
        for case in tried:
            text = compiled_checker(case.spec).source
            checker = Checker.model_validate({"source": text, "runtime": runtime})
            ready = SourceChecker.of(checker, house.sandboxes)
            acts.append(lambda r=ready, c=case: r.judge(c.run))
        rows.append(timed(runtime, num, acts))
    return rows


def main() -> None:
    """Print the table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=300)
    given = parser.parse_args()
    house = sandbox_house(Settings())
    try:
        rows = measure(given.checks, house)
        layers = house.processes.layers()
    finally:
        house.close()
    sys.stdout.write(f"{'one verdict, ms':14} {'p50':>9} {'p99':>9} {'first':>9} {'target':>9}\n")
    for row in rows:
        target = TARGETS[row.name]
        verdict = "" if row.p50 < target else "  missed"
        sys.stdout.write(
            f"{row.name:14} {row.p50:9.3f} {row.p99:9.3f} {row.first:9.3f} {target:9.1f}{verdict}\n"
        )
    sys.stdout.write(f"bubblewrap: {layers.bubblewrap or 'holds'}\n")
    result = {
        row.name: {
            "p50_ms": float(f"{row.p50:.4g}"),
            "p99_ms": float(f"{row.p99:.4g}"),
            "first_ms": float(f"{row.first:.4g}"),
            "target_ms": TARGETS[row.name],
            "is_met": row.p50 < TARGETS[row.name],
        }
        for row in rows
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
