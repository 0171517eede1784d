"""Mutants of gold: episodes wrong in one way, by class, for any domain."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from seawright_environment.core.audits.collateral import Inventor
from seawright_environment.core.audits.entities import Entities, Place, texts_in
from seawright_environment.core.audits.near_values import NearMisses
from seawright_environment.core.audits.subjects import Subject
from seawright_environment.core.audits.wording import Wording
from seawright_environment.core.drafting import Author
from seawright_environment.core.patches import diff_states
from seawright_environment.core.world import Base
from seawright_shared.records.checkers import Path
from seawright_shared.records.tasks import EnvironmentCall

_WORD = re.compile(r"[\w#@.+-]+")
_TELLING = re.compile(r"[\w#@.+-]*\d[\w@.+-]*")
"""A word with a digit: an id, a phone number, an address."""
SHORTEST_TELLING = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A wrong episode."""

    kind: str
    calls: Sequence[EnvironmentCall]
    said: str
    is_about_state: bool = True
    """True: it is right after all where it ends in gold's state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What the checks of a whole set share."""

    entities: Entities
    wording: Wording
    near_misses: NearMisses
    inventor: Inventor
    author: Author | None
    corrected: Base | None
    """The same database under corrected tools, where the tools keep tau2-bench's defects."""
    goal_paths: frozenset[tuple[str | int, ...]]
    """What any gold of the set changes on the user's side, as table, entity and field."""
    known: dict[Place, set[str]] = field(default_factory=dict[Place, set[str]])

    def telling(self, place: Place) -> set[str]:
        """Return the words by which an entity could be told, found once."""
        if place not in self.known:
            self.known[place] = self.wording.telling(self.entities.entity(place))
        return self.known[place]


@dataclass(kw_only=True)
class Mutation:
    """Makes the mutants of one task."""

    subject: Subject
    shop: Workshop

    def mutants(self) -> Iterator[Mutant]:
        """Yield all mutants, class by class; the caller takes as many of each as it wants."""
        for make in MAKERS.values():
            yield from make(self)

    @cached_property
    def person(self) -> str | None:
        """The customer: the first person that gold or the words name, or who owns what they name."""
        entities = self.shop.entities
        for place in [*self.named, *self.told]:
            owner = entities.owner_of(place)
            if owner is not None:
                return owner
        return None

    @cached_property
    def named(self) -> list[Place]:
        """The entities that gold's calls name, in order."""
        found = [
            place
            for call in self.subject.calls
            for place in self.shop.entities.places_in(dict(call.arguments))
        ]
        return list(dict.fromkeys(found))

    @cached_property
    def told(self) -> list[Place]:
        """The entities that the words name by their ids."""
        # Ids are looked up as they stand; the words were lowered, so upper case is tried too.
        spellings = [
            spelling
            for word in dict.fromkeys(_WORD.findall(self.subject.words))
            for spelling in (word.strip("."), word.strip(".").upper())
        ]
        entities, found = self.shop.entities, list[Place]()
        for spelling in spellings:
            place = entities.place_of(spelling)
            # A word without a digit may be a person's id, but any other thing's by chance only.
            if place and (place.table == entities.people or _TELLING.fullmatch(spelling)):
                found.append(place)
        return list(dict.fromkeys(found))

    @cached_property
    def involved(self) -> set[Place]:
        """What the task is about: entities named in gold, in the words, or by a telling text."""
        words = self.subject.words
        person, entities = self.person, self.shop.entities
        found = {*self.named, *self.told}
        if person is not None:
            for table in entities.tables:
                for key in entities.belongings(person, table):
                    place = Place(table=table, key=key)
                    texts = set(texts_in(entities.entity(place))) - {person}
                    if table != entities.people and any(_is_told(text, words) for text in texts):
                        found.add(place)
        return found

    def without(self, *dropped: int) -> list[EnvironmentCall]:
        """Return gold's calls without some of them."""
        return [call for index, call in enumerate(self.subject.calls) if index not in dropped]

    def swapped(self, index: int, *instead: EnvironmentCall) -> list[EnvironmentCall]:
        """Return gold's calls with others in one's place."""
        calls = self.subject.calls
        return [*calls[:index], *instead, *calls[index + 1 :]]

    def wrong(self, kind: str, calls: Sequence[EnvironmentCall]) -> Mutant:
        """Return a mutant whose wrong is in the state."""
        return Mutant(kind=kind, calls=calls, said=self.subject.said)

    def changed_by(self, extra: EnvironmentCall) -> set[tuple[str | int, ...]]:
        """Return the fields that a call after gold changes; empty where it is refused."""
        gold = self.subject.gold
        world = gold.fork()
        world.call(extra.requestor, extra.name, extra.arguments)
        return {_field(op.path) for op in diff_states(gold.state, world.state)}

    def class_of(self, call: EnvironmentCall) -> str:
        """Return which class of collateral damage a call beside gold belongs to."""
        entities = self.shop.entities
        places = entities.places_in(dict(call.arguments))
        things = [place for place in places if place.table != entities.people]
        owners = {entities.owner_of(place) for place in places} - {None}
        if owners - {self.person}:
            return "collateral_other"
        owned = [place for place in things if entities.owner_of(place)]
        if not owned:
            return "collateral_profile"
        return "collateral_same" if set(owned) & self.involved else "collateral_own"


def _is_told(text: str, words: str) -> bool:
    is_telling = len(text) >= SHORTEST_TELLING and _TELLING.fullmatch(text)
    return bool(is_telling) and text.lower() in words


def _drops(it: Mutation) -> Iterator[Mutant]:
    for step in it.subject.writes:
        yield it.wrong("drop_write", it.without(step.index))


def _drops_read(it: Mutation) -> Iterator[Mutant]:
    for step in it.subject.steps:
        if not step.is_write and not step.result.error:
            yield Mutant(
                kind="drop_read",
                calls=it.without(step.index),
                said=it.subject.said,
                is_about_state=False,
            )


def _silent(it: Mutation) -> Iterator[Mutant]:
    if it.subject.criteria.communicate_info:
        yield Mutant(kind="drop_said", calls=it.subject.calls, said="Done.", is_about_state=False)


def _near_misses(it: Mutation) -> Iterator[Mutant]:
    author, shop = it.shop.author, it.shop
    for step in it.subject.writes:
        tool = shop.inventor.content.tool_named(step.call.name)
        assert tool is not None, "a write has a tool"
        misses: list[EnvironmentCall] = []
        if author and it.person and step.call.name in author.goal_types:
            misses = author.near_misses(it.subject.start.view, it.person, step.call)
        for miss in misses or shop.near_misses.of(tool, step.call):
            yield it.wrong("near_miss", it.swapped(step.index, miss))


def _more(it: Mutation) -> Iterator[Mutant]:
    for step in it.subject.writes:
        for more in it.shop.near_misses.more_of(step.call):
            yield it.wrong("over_fulfil", it.swapped(step.index, more))


def _duplicates(it: Mutation) -> Iterator[Mutant]:
    for step in it.subject.writes:
        yield it.wrong("duplicate_write", it.swapped(step.index, step.call, step.call))


def _orders(it: Mutation) -> Iterator[Mutant]:
    writes = it.subject.writes
    for one, other in itertools.pairwise(writes):
        calls = list(it.subject.calls)
        calls[one.index], calls[other.index] = other.call, one.call
        yield it.wrong("wrong_order", calls)


def _requestors(it: Mutation) -> Iterator[Mutant]:
    for step in it.subject.writes:
        if it.subject.base.content.user_toolkit is not None:
            other = "user" if step.call.requestor == "assistant" else "assistant"
            by_other = step.call.model_copy(update={"requestor": other})
            yield it.wrong("wrong_requestor", it.swapped(step.index, by_other))


def _collateral(it: Mutation) -> Iterator[Mutant]:
    author, extras = it.shop.author, list[EnvironmentCall]()
    if author and it.person:
        right = [step.call for step in it.subject.writes]
        extras += author.collateral(it.subject.start.view, it.person, right)
    extras += it.shop.inventor.agent_calls(it.person)
    for extra in extras:
        if it.changed_by(extra):
            yield it.wrong(it.class_of(extra), [*it.subject.calls, extra])


def _device(it: Mutation) -> Iterator[Mutant]:
    for extra in it.shop.inventor.user_calls():
        changed = it.changed_by(extra)
        if changed:
            kind = "undoing" if changed & it.shop.goal_paths else "collateral_device"
            yield it.wrong(kind, [*it.subject.calls, extra])


def goal_paths(subjects: Sequence[Subject]) -> frozenset[tuple[str | int, ...]]:
    """Return the fields that any gold of a set changes."""
    return frozenset(
        _field(op.path)
        for subject in subjects
        if subject.base.content.user_toolkit is not None
        for op in diff_states(subject.start.state, subject.gold.state)
    )


def _field(path: Path) -> tuple[str | int, ...]:
    return tuple(path[:3])


MAKERS: Mapping[str, Callable[[Mutation], Iterator[Mutant]]] = {
    "drop_write": _drops,
    "near_miss": _near_misses,
    "over_fulfil": _more,
    "duplicate_write": _duplicates,
    "wrong_order": _orders,
    "wrong_requestor": _requestors,
    "collateral": _collateral,
    "device": _device,
    "drop_read": _drops_read,
    "drop_said": _silent,
}
