"""The kill matrix: how many mutants of gold tau2-bench's evaluation fails, by class."""

from collections.abc import Iterable, Sequence

from seawright_environment.core.audits.mutations import Mutation
from seawright_environment.core.patches import diff_states
from seawright_shared.records.checkers import KillRow

MAX_TRIES = 3
"""Mutants tried per one wanted: those that end in gold's state are wrong in nothing."""


def kill_rows(mutation: Mutation, max_mutants: int) -> list[KillRow]:
    """Return the rows of one task; at most so many mutants of a class are counted."""
    rows: dict[str, list[int]] = {}
    for mutant in mutation.mutants():
        counts = rows.setdefault(mutant.kind, [0, 0, 0])
        if counts[0] >= max_mutants or sum(counts) - counts[1] >= MAX_TRIES * max_mutants:
            continue
        episode = mutation.subject.play(mutant.calls, mutant.said)
        gold = mutation.subject.gold.state
        if mutant.is_about_state and not diff_states(gold, episode.world.state):
            counts[2] += 1
            continue
        counts[0] += 1
        counts[1] += not episode.is_rewarded
    return _rows(rows)


def total_rows(tasks: Iterable[Sequence[KillRow]]) -> list[KillRow]:
    """Return the rows added up, in the order in which classes appear."""
    rows: dict[str, list[int]] = {}
    for row in (row for each in tasks for row in each):
        counts = rows.setdefault(row.operator, [0, 0, 0])
        counts[0] += row.mutants
        counts[1] += row.killed
        counts[2] += row.equivalent
    return _rows(rows)


def _rows(rows: dict[str, list[int]]) -> list[KillRow]:
    return [
        KillRow(operator=kind, mutants=counts[0], killed=counts[1], equivalent=counts[2])
        for kind, counts in rows.items()
        if counts[0] or counts[2]
    ]
