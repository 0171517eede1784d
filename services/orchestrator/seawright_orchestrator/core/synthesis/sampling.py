"""Choosing an iteration's candidates from drafts: quotas, rules, and probes of the rules."""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from seawright_orchestrator.core.synthesis.identities import draft_key, names_forbidden
from seawright_orchestrator.core.synthesis.rules import RuleBook, goal_rows
from seawright_orchestrator.core.synthesis.seeds import derive_share
from seawright_shared.records.plans import Plan, Rule
from seawright_shared.records.tasks import Draft

Bucket = tuple[str, int]
"""Type of the first goal, and number of goals: quotas are kept per bucket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chosen draft; `probe` is the id of the one rule that it was allowed to violate."""

    draft: Draft
    probe: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """Drafts that are resampled at once, where the evaluation plan checks them this early."""

    names: frozenset[str] = frozenset()
    """Ids that no draft may name."""


@dataclass(slots=True, kw_only=True)
class Selection:
    """Takes drafts until the plan's quotas are full. The order of offers decides."""

    plan: Plan
    num: int
    seed: int
    exclusions: Exclusions = Exclusions()
    keeps_mix: bool = False
    """Rather too few candidates than other goal types than wanted."""
    num_drawn: int = 0
    num_held_back: int = 0
    """Draws that the plan's rules held back."""
    num_excluded: int = 0
    _chosen: list[Candidate] = field(default_factory=list[Candidate])
    _surplus: list[Candidate] = field(default_factory=list[Candidate])
    _suspects: list[Candidate] = field(default_factory=list[Candidate])
    _room: Counter[Bucket] = field(default_factory=Counter[Bucket])
    _spare: Counter[str] = field(default_factory=Counter[str])
    _seen: set[str] = field(default_factory=set[str])
    _book: RuleBook = field(default_factory=lambda: RuleBook.of(()))
    _num_probes: int = 0
    _pair_room: int = 0

    def __post_init__(self) -> None:
        self._book = RuleBook.of(self.plan.rules)
        wanted = self.plan.probe_rate * self.num if self.plan.rules else 0.0
        chance = derive_share(self.seed, "probes")
        self._num_probes = math.floor(wanted + chance)
        self._room = quotas(self.plan, self.num - self._num_probes)
        self._pair_room = math.ceil(self.plan.contrast_rate * self.num)

    @property
    def num_missing(self) -> int:
        """Candidates and probes still to be found."""
        return self._room.total() + max(0, self._num_probes - len(self._suspects))

    @property
    def is_full(self) -> bool:
        """Whether every bucket is full and enough drafts wait for probing."""
        return self.num_missing == 0

    def offer(self, drafts: Iterable[Draft], known: frozenset[str] = frozenset()) -> None:
        """Consider drafts in order. `known`: keys of wishes that were accepted before.

        Halves of a contrast pair come one after the other, and are taken together or not at all.
        """
        for _, group in itertools.groupby(drafts, key=lambda draft: draft.pair or draft.id):
            together = list(group)
            self.num_drawn += len(together)
            new = [draft for draft in together if self._is_new(draft, known)]
            if len(new) == 2 and new[0].pair is not None:
                self._consider_pair(new)
            elif len(new) == len(together):
                for draft in new:
                    self._consider(draft)

    def missing_goals(self) -> dict[str, float]:
        """Return what to draw next: half as planned, half of what is missing."""
        total = max(1, self._room.total())
        short: Counter[str] = Counter()
        for (goal, _), room in self._room.items():
            short[goal] += room
        planned = sum(self.plan.goals.values())
        return {
            goal: 0.5 * weight / planned + 0.5 * short[goal] / total
            for goal, weight in self.plan.goals.items()
        }

    def candidates(self) -> list[Candidate]:
        """Return at most `num`: quotas, then probes, then surplus (of the same goal first)."""
        chosen = [*self._chosen, *self._probes()]
        surplus = list(self._surplus)
        for goal in sorted(self.plan.goals):
            short = sum(room for (name, _), room in self._room.items() if name == goal)
            same = [one for one in surplus if one.draft.goals[0].type == goal][:short]
            chosen += same
            surplus = [one for one in surplus if one not in same]
        rest = 0 if self.keeps_mix else max(0, self.num - len(chosen))
        return [*chosen, *surplus[:rest]][: self.num]

    def _is_new(self, draft: Draft, known: frozenset[str]) -> bool:
        key = draft_key(draft)
        if key in self._seen:
            return False
        self._seen.add(key)
        excluded = key in known or names_forbidden(draft, self.exclusions.names)
        self.num_excluded += bool(excluded)
        return not excluded

    def _consider_pair(self, halves: Sequence[Draft]) -> None:
        """Take both halves where no rule holds one back and the quotas have room for two."""
        if any(self._forbidding(draft) for draft in halves):
            self.num_held_back += len(halves)
            return
        if self._room.total() < len(halves) or self._pair_room < len(halves):
            return
        self._pair_room -= len(halves)
        for draft in halves:
            bucket = _bucket(draft)
            if self._room[bucket] <= 0:
                bucket = max(self._room, key=lambda key: (self._room[key], key))
            self._room[bucket] -= 1
            self._chosen.append(Candidate(draft=draft))

    def _forbidding(self, draft: Draft) -> list[Rule]:
        broken = self._book.violated(goal_rows(draft))
        return [rule for rule in broken if not self._is_let_through(rule, draft)]

    def _consider(self, draft: Draft) -> None:
        if forbidding := self._forbidding(draft):
            self.num_held_back += 1
            if len(forbidding) == 1:
                self._suspects.append(Candidate(draft=draft, probe=forbidding[0].id))
            return
        bucket = _bucket(draft)
        if draft.wording is not None and self._room.total() > 0 and self._room[bucket] <= 0:
            # A draft that a model was paid for takes another one's place.
            bucket = max(self._room, key=lambda key: (self._room[key], key))
        if self._room[bucket] > 0:
            self._room[bucket] -= 1
            self._chosen.append(Candidate(draft=draft))
        elif self._spare[bucket[0]] < self.num:
            self._spare[bucket[0]] += 1
            self._surplus.append(Candidate(draft=draft))

    def _is_let_through(self, rule: Rule, draft: Draft) -> bool:
        if rule.effect == "forbid":
            return False
        return derive_share(self.seed, "downweight", rule.id, draft.id) < rule.weight

    def _probes(self) -> list[Candidate]:
        """Return the probes, least probed rules first, so that probation ends soon for all."""
        probed = {rule.id: rule.probes for rule in self.plan.rules}
        waiting: dict[str, list[Candidate]] = defaultdict(list)
        for suspect in self._suspects:
            assert suspect.probe is not None
            waiting[suspect.probe].append(suspect)
        chosen: list[Candidate] = []
        while waiting and len(chosen) < self._num_probes:
            rule_id = min(waiting, key=lambda name: (probed[name], name))
            chosen.append(waiting[rule_id].pop(0))
            probed[rule_id] += 1
            if not waiting[rule_id]:
                del waiting[rule_id]
        return chosen


def _bucket(draft: Draft) -> Bucket:
    return (draft.goals[0].type, len(draft.goals))


def quotas(plan: Plan, num: int) -> Counter[Bucket]:
    """Return how many of `num` candidates each bucket gets, by largest remainder."""
    shares = {
        (goal, count): goal_share * count_share
        for goal, goal_share in plan.goals.items()
        for count, count_share in plan.num_goals.items()
        if goal_share > 0 and count_share > 0
    }
    exact = _scaled(shares, num)
    whole = Counter({bucket: math.floor(value) for bucket, value in exact.items()})
    order = sorted(exact, key=lambda bucket: (whole[bucket] - exact[bucket], bucket))
    for bucket in order[: num - whole.total()]:
        whole[bucket] += 1
    return whole


def _scaled(shares: Mapping[Bucket, float], num: int) -> dict[Bucket, float]:
    total = sum(shares.values())
    return {bucket: num * value / total for bucket, value in shares.items()}
