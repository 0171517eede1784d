"""What words tell: which of a text's words its speaker must have known from somewhere."""

import re
from collections.abc import Iterable, Iterator

from seawright_orchestrator.core.user_quality.lexicon import TALK
from seawright_orchestrator.core.user_steps import TELLING, plain_word
from seawright_shared.records.tasks import Scenario

_WORD = re.compile(r"[^\W\d_]{4,}(?:'[^\W\d_]+)?")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_LETTERS = 5
"""Of a word count: `cancelled` is known to who knows `cancel`."""
_TALK = frozenset(word[:_LETTERS] for word in TALK if len(word) >= 4)


def telling_words(text: str) -> set[str]:
    """Return ids, amounts, dates and numbers, in plain form."""
    return {plain_word(word) for word in TELLING.findall(text)}


def content_words(text: str) -> set[str]:
    """Return the words that are not of every talk, by their first letters."""
    words = {word.lower()[:_LETTERS] for word in _WORD.findall(_without_telling(text))}
    return words - _TALK


def sentences(text: str) -> list[str]:
    """Return the sentences of a text. A full stop within an id ends none."""
    return [part for part in _SENTENCE.findall(_without_telling(text)) if part.strip()]


def known_texts(scenario: Scenario) -> Iterator[str]:
    """Yield all that the customer knows from the start, told or not."""
    yield scenario.opening
    yield scenario.persona
    yield from (fact.text for fact in scenario.facts)
    yield from scenario.unknowns
    for wish in scenario.wishes:
        yield wish.text
        yield from (*wish.mentions, *wish.knows)
    for deed in scenario.deeds:
        yield deed.says
        yield deed.name.replace("_", " ")
        yield from map(str, deed.arguments.values())


def words_of(texts: Iterable[str]) -> set[str]:
    """Return all telling and content words of several texts."""
    found = set[str]()
    for text in texts:
        found |= telling_words(text) | content_words(text)
    return found


def _without_telling(text: str) -> str:
    return TELLING.sub(" ", text)
