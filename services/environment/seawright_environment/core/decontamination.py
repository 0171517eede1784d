"""Decontamination: which tasks of a foreign set resemble tasks of a benchmark, and by what.

Names and naming arguments are those of the synthesis firewall (`records.contamination`). There,
a draft is refused when a whole value is a forbidden name; here a name also counts inside a
sentence, since foreign scenarios are prose.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, Tables, at
from seawright_environment.core.tau2_documents import Tau2Criteria, read_document
from seawright_shared.records.base import content_hash
from seawright_shared.records.contamination import (
    NAMING_ARGUMENTS,
    ContaminationReport,
    KindOfOverlap,
    Overlap,
    OverlapKind,
    strings_in,
)

KINDS: tuple[OverlapKind, ...] = ("exact", "names", "calls", "ngrams")
_WORD = re.compile(r"\w+")
Gram = tuple[str, ...]
K = TypeVar("K", str, Gram)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How texts are compared: words of one n-gram, and the share from which on it is a hit."""

    ngram: int = 5
    min_share: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is compared of one task."""

    id: str
    exact: frozenset[str]
    """Hashes of its scenario's words, and of its gold where that names someone."""
    tokens: frozenset[str]
    """Everything in its scenario, start and gold that could be a name."""
    names: frozenset[str]
    """People and things of one customer, as its gold names them."""
    calls: frozenset[str]
    """`tool name` of each golden call that names someone."""
    grams: frozenset[Gram]


def own_names(tables: Tables) -> frozenset[str]:
    """Return the ids of a database's people and of what belongs to one of them."""
    wanted = {f"{argument.removesuffix('_id')}s" for argument in NAMING_ARGUMENTS}
    return frozenset(_bare(key) for name in wanted & tables.keys() for key in tables[name])


def traits(document: JsonObject, measure: Measure, pointer: str = "") -> Traits:
    """Return what is compared of a task document, or raise `InvalidRequestError`."""
    read = read_document(document, pointer)
    actions = (read.evaluation_criteria or Tau2Criteria()).actions or []
    calls = {
        f"{action.name} {_bare(value)}"
        for action in actions
        for argument in NAMING_ARGUMENTS
        if isinstance(value := action.arguments.get(argument), str)
    }
    words = _words(document)
    exact = {content_hash(cast("JsonValue", words))} if words else set[str]()
    if calls:
        gold: list[JsonValue] = [[action.name, action.arguments] for action in actions]
        exact.add(content_hash(gold))
    told: list[JsonValue] = [document.get("user_scenario"), document.get("ticket")]
    done: list[JsonValue] = [dict(action.arguments) for action in actions]
    start = document.get("initial_state")
    return Traits(
        id=read.id,
        exact=frozenset(exact),
        tokens=frozenset(
            token for text in strings_in([*told, *done, start]) for token in _WORD.findall(text)
        ),
        names=frozenset(call.partition(" ")[2] for call in calls),
        calls=frozenset(calls),
        grams=frozenset(_grams(words, measure.ngram)),
    )


def contamination(
    foreign: Sequence[Traits],
    splits: Mapping[str, Sequence[Traits]],
    measure: Measure,
    *,
    domain: str,
    known_names: frozenset[str] = frozenset(),
) -> ContaminationReport:
    """Return the report. `known_names` are names that prose may hold, as a database's ids."""
    kinds: list[KindOfOverlap] = []
    dirty: set[int] = set()
    for split, tasks in splits.items():
        found = _Split(tasks, known_names)
        for kind in KINDS:
            overlaps = [
                Overlap(
                    foreign_id=one.id,
                    index=index,
                    benchmark_ids=sorted(hits),
                    evidence=sorted({text for texts in hits.values() for text in texts}),
                )
                for index, one in enumerate(foreign)
                if (hits := found.hits(kind, one, measure.min_share))
            ]
            dirty.update(overlap.index for overlap in overlaps)
            touched = {task_id for overlap in overlaps for task_id in overlap.benchmark_ids}
            kinds.append(
                KindOfOverlap(
                    kind=kind,
                    split=split,
                    num_tasks=len(overlaps),
                    num_benchmark_tasks=len(touched),
                    overlaps=overlaps,
                )
            )
    return ContaminationReport(
        domain=domain,
        num_tasks=len(foreign),
        num_benchmark_tasks={split: len(tasks) for split, tasks in splits.items()},
        kinds=kinds,
        num_contaminated=len(dirty),
        clean_indices=[index for index in range(len(foreign)) if index not in dirty],
    )


class _Split:
    """One split's traits, each by the benchmark tasks that have it."""

    def __init__(self, tasks: Sequence[Traits], known_names: frozenset[str]) -> None:
        gold = frozenset(name for task in tasks for name in task.names)
        known = gold | known_names
        self._by_kind: dict[OverlapKind, Mapping[str, list[str]]] = {
            "exact": _indexed((task.id, task.exact) for task in tasks),
            "names": _indexed((task.id, task.names | task.tokens & known) for task in tasks),
            "calls": _indexed((task.id, task.calls) for task in tasks),
        }
        self._by_gram: Mapping[Gram, list[str]] = _indexed((t.id, t.grams) for t in tasks)

    def hits(self, kind: OverlapKind, one: Traits, min_share: float) -> dict[str, list[str]]:
        """Return the benchmark tasks that a foreign task overlaps, with what they share."""
        if kind == "ngrams":
            return self._alike(one, min_share)
        mine = {"exact": one.exact, "names": one.names | one.tokens, "calls": one.calls}[kind]
        index = self._by_kind[kind]
        hits: defaultdict[str, list[str]] = defaultdict(list)
        for trait in mine & index.keys():
            for task_id in index[trait]:
                hits[task_id].append("the same task" if kind == "exact" else trait)
        return hits

    def _alike(self, one: Traits, min_share: float) -> dict[str, list[str]]:
        shared = Counter(task_id for gram in one.grams for task_id in self._by_gram.get(gram, ()))
        size = len(one.grams)
        return {
            task_id: [f"{count}/{size} of {task_id}"]
            for task_id, count in shared.items()
            if count / size >= min_share
        }


def _indexed(pairs: Iterable[tuple[str, frozenset[K]]]) -> dict[K, list[str]]:
    index: defaultdict[K, list[str]] = defaultdict(list)
    for task_id, keys in pairs:
        for key in keys:
            index[key].append(task_id)
    return dict(index)


def _words(document: JsonObject) -> list[str]:
    """Return the words that the user is told, in order; the domain's name is none."""
    told = at(document, ["user_scenario", "instructions"])
    parts = dict(told) if isinstance(told, dict) else told
    if isinstance(parts, dict):
        parts.pop("domain", None)
    return [word for text in strings_in(parts) for word in _WORD.findall(text.lower())]


def _grams(words: Sequence[str], size: int) -> Iterable[Gram]:
    return (tuple(words[start : start + size]) for start in range(len(words) - size + 1))


def _bare(name: str) -> str:
    """Return a name as it is said: `#W1` and `W1` are one order."""
    return name.lstrip("#")
