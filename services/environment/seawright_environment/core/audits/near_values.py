"""Near misses: a right call with one argument that is almost right, for any domain."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from pydantic import JsonValue

from seawright_environment.core.audits.entities import Entities, Place
from seawright_environment.core.toolkits import Tool
from seawright_shared.records.tasks import EnvironmentCall

MAX_OTHERS = 2
"""Near misses of one argument."""
LONGEST_NAME = 60
"""Longer texts are free words, which may be said in many ways."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

Observed = Mapping[tuple[str, str], list[JsonValue]]
"""The values that a set's gold gives to a tool's parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMisses:
    """Makes near misses from what stands in the database and in the set."""

    entities: Entities
    observed: Observed

    def of(self, tool: Tool, call: EnvironmentCall) -> Iterator[EnvironmentCall]:
        """Yield the call with one argument swapped for a plausible wrong one, in each way."""
        near = self._near(call)
        for name, value in call.arguments.items():
            for other in islice(self._others(tool, name, value, near), MAX_OTHERS):
                yield with_argument(call, name, other)

    def more_of(self, call: EnvironmentCall) -> Iterator[EnvironmentCall]:
        """Yield the call doing more than it was asked: a larger number, one element more."""
        near = self._near(call)
        lists = [value for value in call.arguments.values() if isinstance(value, list)]
        for name, value in call.arguments.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield with_argument(call, name, value + 1)
            elif isinstance(value, list) and len(lists) == 1 and value:
                pool = self._siblings(value[0], near)
                for other in [each for each in pool if each not in value][:1]:
                    yield with_argument(call, name, [*value, other])

    def _near(self, call: EnvironmentCall) -> list[Place]:
        """Return the entities that a call names, then their owners."""
        named = self.entities.places_in(dict(call.arguments))
        people = self.entities.people
        owners = [self.entities.owner_of(place) for place in named]
        owned = [Place(table=people, key=each) for each in owners if people and each]
        return list(dict.fromkeys([*named, *owned]))

    def _others(
        self, tool: Tool, name: str, value: JsonValue, near: list[Place]
    ) -> Iterator[JsonValue]:
        if isinstance(value, bool):
            yield not value
        elif isinstance(value, int | float):
            if value >= 1:
                yield value - 1
        elif isinstance(value, str):
            yield from self._other_texts(tool, name, value, near)
        elif isinstance(value, list) and value:
            for other in self._others(tool, name, value[0], near):
                if other not in value:
                    yield [other, *value[1:]]
            if len(value) > 1:
                yield value[:-1]
        elif isinstance(value, dict):
            for key, inner in value.items():
                for other in islice(self._others(tool, key, inner, near), 1):
                    yield {**value, key: other}

    def _other_texts(
        self, tool: Tool, name: str, value: str, near: list[Place]
    ) -> Iterator[JsonValue]:
        place = self.entities.place_of(value, name)
        if place is not None:
            yield from self._other_ids(place)
            return
        choices = _choices(tool.parameters.get(name))
        pool: list[JsonValue] = choices or self._siblings(value, near)
        pool = pool or self.observed.get((tool.name, name), [])
        others = [each for each in pool if each != value]
        if others:
            yield from others
        elif _DATE.fullmatch(value):
            yield from _next_day(value)
        elif 0 < len(value) <= LONGEST_NAME:
            yield f"9{value}"

    def _other_ids(self, place: Place) -> Iterator[JsonValue]:
        """Yield ids of the same table: those of the same owner first."""
        owner = self.entities.owner_of(place)
        own = self.entities.belongings(owner, place.table) if owner else []
        yield from (key for key in own if key != place.key)
        table = self.entities.view[place.table]
        yield from islice((k for k in table if k != place.key and k not in own), MAX_OTHERS)

    def _siblings(self, value: JsonValue, near: list[Place]) -> list[JsonValue]:
        if not isinstance(value, str):
            return []
        for place in near:
            if place.key != value:
                found = self.entities.siblings(value, place)
                if found:
                    return list(found)
        return []


def with_argument(call: EnvironmentCall, name: str, value: JsonValue) -> EnvironmentCall:
    """Return the call with another value for one argument."""
    return call.model_copy(update={"arguments": {**call.arguments, name: value}})


def _next_day(text: str) -> Iterator[str]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return
    if day < date.max:
        yield (day + timedelta(days=1)).isoformat()


def _choices(schema: JsonValue) -> list[JsonValue]:
    choices = schema.get("enum") if isinstance(schema, dict) else None
    return list(choices) if isinstance(choices, list) else []
