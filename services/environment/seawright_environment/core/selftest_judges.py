"""Judges: a checker in either form, as the gate tries it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from seawright_environment.core.checker import check_items, holds, judge
from seawright_environment.core.replay import Replay
from seawright_environment.core.source_checker import Conditions, Runtime, SourceChecker
from seawright_shared.records.checkers import CheckerSpec
from seawright_shared.records.verdicts import Check, Verdict

OTHER_CONDITIONS: tuple[tuple[str, Conditions, Runtime], ...] = (
    ("hash seed 0", Conditions(hash_seed=0), "cpython"),
    ("hash seed 1", Conditions(hash_seed=1), "cpython"),
    ("hash seed 2", Conditions(hash_seed=2), "cpython"),
    ("the order of keys", Conditions(is_turned=True), "monty"),
    ("the clock", Conditions(clock_shift_days=400), "monty"),
)
"""Source is run under each of these, in processes that really have them."""


class Judge(Protocol):
    """What the gate tries."""

    def judge(self, run: Replay) -> Verdict:
        """Return the verdict on an episode."""
        ...

    def seconds(self, verdict: Verdict, /) -> float | None:
        """Return the CPU time of a verdict where the judge knows better than a clock beside it."""
        ...

    def twins(self) -> Iterator[tuple[str, "Judge"]]:
        """Yield the same checker under what must not matter, with its name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecJudge:
    """A spec, interpreted."""

    spec: CheckerSpec

    def judge(self, run: Replay) -> Verdict:
        """Return the verdict on an episode."""
        return judge(self.spec, run)

    def holds(self, run: Replay) -> bool | None:
        """Return whether every must holds, found out by the first that does not."""
        return holds(self.spec, run)

    def seconds(self, _: Verdict, /) -> float | None:
        """Return None: the gate's clock is right."""
        return None

    def twins(self) -> Iterator[tuple[str, Judge]]:
        """Yield the spec with its musts in the opposite order."""
        spec = self.spec
        turned = {"goals": spec.goals[::-1], "frame": spec.frame[::-1], "said": spec.said[::-1]}
        yield "the order of musts", SpecJudge(spec=spec.model_copy(update=turned))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceJudge:
    """Source, run in its sandbox."""

    checker: SourceChecker

    def judge(self, run: Replay) -> Verdict:
        """Return the verdict on an episode."""
        return self.checker.judge(run)

    def seconds(self, verdict: Verdict, /) -> float | None:
        """Return the sandbox's CPU time where it is known."""
        return verdict.milliseconds / 1000 if verdict.milliseconds else None

    def twins(self) -> Iterator[tuple[str, Judge]]:
        """Yield the source under other hash seeds, key orders and clocks."""
        for name, conditions, runtime in OTHER_CONDITIONS:
            yield name, SourceJudge(checker=self.checker.under(conditions, runtime))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainJudge:
    """A checker of a simpler style, for comparison in the kill matrix."""

    checks: Callable[[Replay], list[Check]]

    def holds(self, run: Replay) -> bool | None:
        """Return whether every must holds."""
        return all(check.ok for check in self.checks(run))


def assertions_of(spec: CheckerSpec) -> PlainJudge:
    """Return the style that looks at goals, calls and sentences, and at nothing else."""
    kinds = ("goal", "any_of", "called", "said")
    return PlainJudge(checks=lambda run: [c for k in kinds for c in check_items(spec, run, k)])


def hash_of(gold_hash: str) -> PlainJudge:
    """Return the style that compares the final state's hash with gold's."""
    return PlainJudge(checks=lambda run: [Check(id="hash", ok=run.world.state_hash() == gold_hash)])
