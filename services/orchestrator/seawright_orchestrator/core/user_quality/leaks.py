"""Leaks: the user tells a fact before it was asked for, or one that he never tells."""

import re
from collections.abc import Sequence

from seawright_orchestrator.core.user_quality.knowledge import (
    content_words,
    telling_words,
    words_of,
)
from seawright_orchestrator.core.user_quality.probes import (
    Error,
    Probe,
    Tally,
    UserTurn,
    user_turns,
)
from seawright_shared.records.tasks import Fact

SHARE_LEAKED = 0.5
"""Share of a fact's own words that tell it."""
_REFUSES = re.compile(
    r"\b(?:cannot|can not|can't|unable|not able|not possible|not allowed|sorry)\b"
)


def leaks(probe: Probe) -> Tally:
    """Return the hidden facts that words of their own give away, and those that got out."""
    scenario = probe.scenario
    open_words = words_of(
        [scenario.opening, *(fact.text for fact in scenario.facts if fact.when == "upfront")]
    )
    turns = [turn for turn in user_turns(probe.trajectory.messages) if turn.text is not None]
    num, errors = 0, list[Error]()
    for fact in scenario.facts:
        own = words_of([fact.text]) - open_words
        if fact.when == "upfront" or not own:
            continue
        num += 1
        leak = _leak(fact, own, turns, [one for one in scenario.facts if one is not fact])
        errors += [] if leak is None else [leak]
    return Tally(column="leak", num=num, errors=errors)


def _leak(
    fact: Fact, own: set[str], turns: Sequence[UserTurn], others: Sequence[Fact]
) -> Error | None:
    """Return where a fact got out before the agent asked for it or said it himself.

    What belongs to another fact as well is free with that one.
    """
    for turn in turns:
        if _is_free(fact, turn.heard):
            return None
        free = [one.text for one in others if _is_free(one, turn.heard)]
        hidden = own - words_of([*turn.heard, *free])
        text = turn.text or ""
        told = hidden & (telling_words(text) | content_words(text))
        if hidden and len(told) >= SHARE_LEAKED * len(hidden):
            return Error(kind=f"told_{fact.when}", message=turn.index, detail=fact.text)
    return None


def _is_free(fact: Fact, heard: Sequence[str]) -> bool:
    if fact.when == "never":
        return False
    words = " ".join(" ".join(heard).lower().split())
    if fact.when == "after_refusal":
        return _REFUSES.search(words) is not None
    return any(re.search(rf"\b{re.escape(cue)}", words) for cue in fact.cues)
