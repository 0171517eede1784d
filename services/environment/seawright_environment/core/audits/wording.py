"""Wording: which texts of an entity a customer's words say, in another form or by another name."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property

from pydantic import JsonValue

from seawright_environment.core.audits.entities import texts_in
from seawright_environment.core.audits.gold_findings import required_of
from seawright_environment.core.world import World

LONGEST = 6
"""Words of a text that names something; longer texts describe."""
SHORTEST = 3
"""Letters of a word that tells something."""
_WORD = re.compile(r"[a-z0-9]+")
_ORDINAL = re.compile(r"(\d+)(st|nd|rd|th)")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def words_of(text: str) -> set[str]:
    """Return the words of a text without their plural, and each two of them run together."""
    plain = [_singular(_ORDINAL.sub(r"\1", word)) for word in _WORD.findall(text.lower())]
    return {*plain, *(one + two for one, two in itertools.pairwise(plain))}


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith(("shes", "ches", "xes")):
        return word[:-2]
    if len(word) > SHORTEST and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


class Wording:
    """Knows other names for texts, as a city for its airport's code, from the tools that list."""

    def __init__(self, world: World) -> None:
        self._world = world

    @cached_property
    def _names(self) -> Mapping[str, set[str]]:
        """Other names of a text: what stands beside it in what a tool without arguments lists."""
        names: dict[str, set[str]] = {}
        for tool in self._world.base.content.toolkit.tools.values():
            if tool.kind == "read" and not required_of(tool):
                result = self._world.fork().call("assistant", tool.name, {})
                for row in () if result.error else _rows(_parsed(result.content)):
                    for text in row:
                        names.setdefault(text, set()).update(row - {text})
        return names

    def telling(self, entity: JsonValue) -> set[str]:
        """Return the words by which an entity could be told."""
        texts = set(texts_in(entity))
        for text in tuple(texts):
            texts |= self._names.get(text, set())
            texts |= set(_spoken(text))
        found: set[str] = set()
        for text in texts:
            words = _WORD.findall(text.lower())
            if len(words) <= LONGEST:
                found |= {_singular(word) for word in words}
        return {word for word in found if len(word) >= SHORTEST}


def _parsed(content: str) -> JsonValue:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _rows(value: JsonValue) -> Iterator[set[str]]:
    """Yield texts that belong together: the fields of a listed object, or a key and its value."""
    if isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict):
                yield set(_texts(inner.values()))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield {key, *_texts([inner])}


def _texts(values: Iterable[JsonValue]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def _spoken(text: str) -> Iterator[str]:
    """Yield a date as it is said, run together as `words_of` does."""
    found = _DATE.match(text)
    if found is not None:
        year, month, day = map(int, found.groups())
        try:
            said = date(year, month, day)
        except ValueError:
            return
        yield f"{said:%B}{day}"
        yield f"{said:%b}{day}"
