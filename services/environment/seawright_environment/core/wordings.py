"""Words of another author: they may replace a scenario's own where they tell the same, no more."""

import re
from collections.abc import Iterator, Sequence

from seawright_shared.records.tasks import Fact, Scenario, Wish, Wording

MIN_SHARED = 0.6
"""Share of the telling words of the domain's own text that another wording must hold."""
MAX_GROWTH = 2.0
MAX_EXTRA = 80
"""A wording has at most so many characters more than `MAX_GROWTH` times the own text."""
NUM_TELLING = 4
"""Shorter words are taken to tell nothing."""
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z]\w+")
_REFERENCE = re.compile(r"#\w+|[\w.+-]+@[\w.-]+|\b\w*\d\w*\b")
_CONTROL = re.compile(r"###|```|[<>{}\[\]]|\n")
_OUT_OF_ROLE = frozenset(
    {"ignore", "disregard", "instruction", "instructions", "prompt", "checker", "verifier"}
    | {"policy", "simulation", "jailbreak", "developer"}
)
_PLAIN = frozenset(
    {"about", "also", "because", "could", "from", "have", "hello", "help", "here", "hope"}
    | {"just", "like", "need", "please", "that", "thank", "thanks", "this", "want", "what"}
    | {"will", "with", "would", "your"}
)


def fault(scenario: Scenario, wording: Wording) -> str | None:
    """Say why a wording may not replace the scenario's own words; None where it may."""
    if len(wording.wishes) != len(scenario.wishes):
        return "there is not one text for each wish"
    if why := _difference(scenario.opening, wording.opening, []):
        return f"the opening {why}"
    for wish, text in zip(scenario.wishes, wording.wishes, strict=True):
        if why := _difference(wish.text, text, wish.mentions):
            return f"a wish {why}"
    return None


def reworded(scenario: Scenario, wording: Wording) -> Scenario:
    """Return the scenario in these words; what the customer knows is told in them, too."""
    texts = {wish.text: text for wish, text in zip(scenario.wishes, wording.wishes, strict=True)}
    wishes: list[Wish] = [
        wish.model_copy(update={"text": texts[wish.text]}) for wish in scenario.wishes
    ]
    facts: list[Fact] = [
        fact.model_copy(update={"text": texts.get(fact.text, fact.text)}) for fact in scenario.facts
    ]
    return scenario.model_copy(
        update={"opening": wording.opening, "wishes": wishes, "facts": facts}
    )


def _difference(own: str, other: str, mentions: Sequence[str]) -> str | None:
    if not other.strip():
        return "is empty"
    if len(other) > MAX_GROWTH * len(own) + MAX_EXTRA:
        return "is much longer"
    if _CONTROL.search(other):
        return "holds marks that nobody speaks"
    words = set(_telling(other))
    if stray := sorted(words & (_OUT_OF_ROLE - set(_telling(own)))):
        return f"speaks of what a customer does not: {stray[0]}"
    if missing := sorted(_references(own) - _references(other)):
        return f"leaves out {missing[0]}"
    if added := sorted(_references(other) - _references(own)):
        return f"adds {added[0]}"
    told = [text for text in mentions if text.casefold() in own.casefold()]
    if lost := [text for text in told if text.casefold() not in other.casefold()]:
        return f"leaves out {lost[0]}"
    if lost := sorted(set(_NAME.findall(own)) - set(re.findall(r"\w+", other))):
        return f"leaves out {lost[0]}"
    wanted = set(_telling(own))
    if wanted and len(wanted & words) < MIN_SHARED * len(wanted):
        return "tells something else"
    return None


def _references(text: str) -> set[str]:
    return {found.rstrip(".").casefold() for found in _REFERENCE.findall(text)}


def _telling(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.casefold()):
        if len(word) >= NUM_TELLING and word not in _PLAIN:
            yield word
