"""The kill matrix: how many mutants of gold tau2-bench's evaluation fails, by class."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from seawright_environment.core.audits.mutations import Mutant, Mutation
from seawright_environment.core.patches import diff_states
from seawright_shared.records.checkers import KillRow

M = TypeVar("M")
MAX_TRIES = 3
"""Mutants tried per one wanted: those that end in gold's state are wrong in nothing."""


def kill_rows(mutation: Mutation, max_mutants: int) -> list[KillRow]:
    """Return the rows of one task; at most so many mutants of a class are counted."""
    classes: dict[str, list[Mutant]] = {}
    for mutant in mutation.mutants():
        classes.setdefault(mutant.kind, []).append(mutant)
    return _rows(
        {kind: _counts(mutation, spread(made), max_mutants) for kind, made in classes.items()}
    )


def _counts(mutation: Mutation, mutants: Sequence[Mutant], wanted: int) -> list[int]:
    """Return how many mutants counted, how many were killed, and how many ended in gold's state."""
    counts, gold = [0, 0, 0], mutation.subject.gold.state
    for mutant in mutants[: MAX_TRIES * wanted]:
        if counts[0] == wanted:
            break
        episode = mutation.subject.play(mutant.calls, mutant.said)
        if mutant.is_about_state and not diff_states(gold, episode.world.state):
            counts[2] += 1
        else:
            counts[0] += 1
            counts[1] += not episode.is_rewarded
    return counts


def spread(mutants: Sequence[M]) -> list[M]:
    """Return them in an order of which every beginning is spread over the whole."""
    width = max(1, len(mutants) - 1).bit_length()
    order = sorted(range(len(mutants)), key=lambda place: f"{place:0{width}b}"[::-1])
    return [mutants[place] for place in order]


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
