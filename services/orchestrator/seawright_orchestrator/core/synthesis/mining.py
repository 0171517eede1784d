"""Precondition mining: which features explain failures, as rules with evidence."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.literals import candidate_literals
from seawright_orchestrator.core.synthesis.masks import masks_of
from seawright_orchestrator.core.synthesis.rules import EVERY_GOAL, RuleBook
from seawright_orchestrator.core.synthesis.state import CandidateOutcome, GoalRow
from seawright_shared.records.base import content_id
from seawright_shared.records.plans import Literal_, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One goal that was tried: `cause` is None where it held."""

    goal: GoalRow
    cause: str | None
    stage: str = ""
    """The check that refused it."""
    held_at: frozenset[str] | None = None
    """Checks that it is known to have passed; None: all of them, where it held."""

    def is_decided_by(self, stage: str) -> bool:
        """Whether a check refused it, or is known to have let it pass."""
        if self.held_at is None:
            return self.cause is None or stage == self.stage
        return stage == self.stage or stage in self.held_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What a rule must show; the values were found necessary by measurement."""

    precisions: tuple[float, ...] = (0.98, 0.9)
    """Tried in order; the next one only when the one before yields nothing more."""
    support: int = 6
    homogeneity: float = 0.8
    """Share of the most frequent cause: mixed causes make rules too general."""
    max_chance: float = 0.01
    """Chance (Fisher's exact test, within the goal types that the rule touches) that the cause
    falls on the rule's side by accident. While nearly everything fails, six failures in a row
    prove nothing, and a rule that leaves nothing of a goal type cannot be told from its rivals.
    """
    max_rules: int = 8
    max_pair_literals: int = 80


@dataclass(slots=True, kw_only=True)
class _Scope:
    """The rows of one goal type, or of every one, as bit sets: bit i is row i of them all."""

    literals: list[Literal_]
    masks: list[int]
    held: Mapping[str, int]
    """Rows that are known to have passed a check, by check."""
    spared: int
    """Rows that are known to have passed every check."""
    open: int
    """Rows that no rule holds back; covering clears bits."""
    failing: int
    """Failing rows that no rule explains yet; covering clears bits."""
    decided: Mapping[str, int]
    """Rows that a check refused or is known to have passed, by check. What an earlier check
    refused never came to it, and speaks neither for nor against a cause that it finds."""
    causes: dict[str, int]
    """Rows by cause of failure, explained ones too."""
    stages: dict[str, str]
    """The check that finds a cause."""
    goals: dict[str, int]
    """Rows by goal type."""
    retired: frozenset[str]
    """Ids of rules that were tried and found wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    scope: str
    terms: tuple[int, ...]
    mask: int
    support: int
    """Failing rows that the check of the cause decided on."""
    precision: float
    homogeneity: float
    cause: str


def evidence(window: Sequence[CandidateOutcome]) -> list[Evidence]:
    """Return the goals up to the first failing one of each candidate.

    Candidates that failed with no goal to blame say nothing about goals and are left out.
    """
    rows: list[Evidence] = []
    for outcome in window:
        seen = frozenset([*outcome.passed, outcome.stage])
        if not outcome.accepted and outcome.failed_goal is None:
            continue
        for position, goal in enumerate(outcome.goals):
            failed = position == outcome.failed_goal
            if failed:
                before = seen - {outcome.stage}
                rows.append(
                    Evidence(goal=goal, cause=outcome.cause, stage=outcome.stage, held_at=before)
                )
                break
            rows.append(Evidence(goal=goal, cause=None, held_at=None if outcome.accepted else seen))
    return rows


def mine(
    rows: Sequence[Evidence], known: Sequence[Rule], *, guards: Guards = Guards()
) -> list[Rule]:
    """Return new rules, largest support first, each explaining failures that none before did.

    `known` rules are not found again: what active ones explain is covered from the start, and
    the literals of retired ones are not proposed.
    """
    scopes = _scopes(rows, known)
    found: list[Rule] = []
    for precision in guards.precisions:
        for num_terms in (1, 2):
            while len(found) < guards.max_rules:
                hits = _hits(scopes, num_terms, precision, guards)
                best = max(hits, key=_rank, default=None)
                if best is None:
                    break
                for scope in scopes.values():
                    scope.failing &= ~best.mask
                    scope.open &= ~best.mask
                found.append(_rule(scopes[best.scope], best))
    return found


def rule_of(scope: str, when: Sequence[Literal_]) -> Rule:
    """Return a bare forbidding rule; its id depends on nothing but what it forbids."""
    plain = [literal.model_dump(mode="json") for literal in when]
    rule_id = content_id("rule", {"scope": scope, "when": sorted(plain, key=str)})
    return Rule(id=rule_id, scope=scope, when=list(when))


def _scopes(rows: Sequence[Evidence], known: Sequence[Rule]) -> dict[str, _Scope]:
    numbered = list(enumerate(rows))
    scopes = {EVERY_GOAL: _scope(numbered, known)}
    for goal in sorted({row.goal.type for row in rows}):
        scopes[goal] = _scope([one for one in numbered if one[1].goal.type == goal], known)
    return scopes


def _scope(rows: Sequence[tuple[int, Evidence]], known: Sequence[Rule]) -> _Scope:
    retired = frozenset(rule.id for rule in known if rule.status == "retired")
    literals = candidate_literals([row.goal.features for _, row in rows])
    book = RuleBook.of(known)
    stages = {row.cause: row.stage for _, row in rows if row.cause is not None}
    decided = dict.fromkeys(stages.values(), 0)
    causes = dict.fromkeys(stages, 0)
    goals = dict.fromkeys((row.goal.type for _, row in rows), 0)
    failed = failing = uncovered = 0
    for index, row in rows:
        bit = 1 << index
        goals[row.goal.type] |= bit
        is_open = not book.violated([row.goal])
        uncovered |= bit if is_open else 0
        for stage in decided:
            if row.is_decided_by(stage):
                decided[stage] |= bit
        if row.cause is None:
            continue
        causes[row.cause] |= bit
        failed |= bit
        failing |= bit if is_open else 0
    held = {stage: rows & ~failed for stage, rows in decided.items()}
    spared = ~failed
    for passed in held.values():
        spared &= passed
    return _Scope(
        literals=literals,
        masks=masks_of(literals, [(index, row.goal.features) for index, row in rows]),
        spared=spared,
        held=held,
        decided=decided,
        open=uncovered,
        failing=failing,
        causes=causes,
        stages=stages,
        goals=goals,
        retired=retired,
    )


def _hits(
    scopes: Mapping[str, _Scope], num_terms: int, precision: float, guards: Guards
) -> Iterator[_Hit]:
    for name, scope in scopes.items():
        if scope.failing.bit_count() < guards.support:
            continue
        for terms in _terms(scope, num_terms, guards):
            if _best_precision(scope, terms) < precision:
                continue
            hit = _measured(name, scope, terms)
            if (
                hit.support >= guards.support
                and hit.precision >= precision
                and hit.homogeneity >= guards.homogeneity
                and not (scope.retired and _bare(name, scope, terms).id in scope.retired)
                and _chance(scope, hit) <= guards.max_chance
            ):
                yield hit


def _terms(scope: _Scope, num_terms: int, guards: Guards) -> Iterator[tuple[int, ...]]:
    """Yield candidate conjunctions; pairs only of literals that could still have support."""
    supports = [(mask & scope.failing).bit_count() for mask in scope.masks]
    able = [index for index, support in enumerate(supports) if support >= guards.support]
    if num_terms == 1:
        yield from ((index,) for index in able)
        return
    able.sort(key=lambda index: -supports[index])
    able = able[: guards.max_pair_literals]
    for position, first in enumerate(able):
        for second in able[position + 1 :]:
            both = scope.masks[first] & scope.masks[second]
            different = scope.literals[first].feature != scope.literals[second].feature
            if different and (both & scope.failing).bit_count() >= guards.support:
                yield (first, second)


def _matched(scope: _Scope, terms: tuple[int, ...]) -> int:
    mask = scope.masks[terms[0]]
    for term in terms[1:]:
        mask &= scope.masks[term]
    return mask


def _best_precision(scope: _Scope, terms: tuple[int, ...]) -> float:
    """Return what no cause's precision exceeds: cheap, and most conjunctions fail by it."""
    mask = _matched(scope, terms)
    most = (mask & scope.failing).bit_count()
    return most / max(1, most + (mask & scope.spared).bit_count())


def _measured(name: str, scope: _Scope, terms: tuple[int, ...]) -> _Hit:
    mask = _matched(scope, terms)
    failing = mask & scope.failing
    counts = {cause: (failing & bits).bit_count() for cause, bits in scope.causes.items()}
    cause = max(counts, key=lambda key: (counts[key], key))
    stage = scope.stages[cause]
    support = (failing & scope.decided[stage]).bit_count()
    matched = support + (mask & scope.held[stage]).bit_count()
    return _Hit(
        scope=name,
        terms=terms,
        mask=mask,
        support=support,
        precision=support / max(1, matched),
        homogeneity=counts[cause] / max(1, support),
        cause=cause,
    )


def _chance(scope: _Scope, hit: _Hit) -> float:
    """Return Fisher's one-sided p that the cause lies on the rule's side by accident.

    Rows count that were seen by the check that finds the cause: those that it refused, for this
    cause or another, and those that are known to have passed it; of the goal types that the
    rule touches, and outside of what rules hold back already.
    """
    touched = 0
    for rows in scope.goals.values():
        touched |= rows if rows & hit.mask else 0
    seen = scope.decided[scope.stages[hit.cause]] & touched & scope.open
    bad = scope.causes[hit.cause] & seen
    total, num_bad = seen.bit_count(), bad.bit_count()
    inside, num_hit = (seen & hit.mask).bit_count(), (bad & hit.mask).bit_count()
    ways = sum(
        math.comb(num_bad, count) * math.comb(total - num_bad, inside - count)
        for count in range(num_hit, min(num_bad, inside) + 1)
    )
    return ways / math.comb(total, inside)


def _bare(name: str, scope: _Scope, terms: tuple[int, ...]) -> Rule:
    return rule_of(name, [scope.literals[term] for term in terms])


def _rank(hit: _Hit) -> tuple[int, float, float]:
    return (hit.support, hit.homogeneity, hit.precision)


def _rule(scope: _Scope, hit: _Hit) -> Rule:
    evidence_of = {
        "cause": hit.cause,
        "support": hit.support,
        "precision": round(hit.precision, 4),
        "homogeneity": round(hit.homogeneity, 4),
    }
    return _bare(hit.scope, scope, hit.terms).model_copy(update=evidence_of)
