"""Unknown facts: the user tells what neither his scenario nor the talk gave him."""

import re
from collections.abc import Iterator

from seawright_orchestrator.core.user_quality.knowledge import (
    content_words,
    known_texts,
    sentences,
    telling_words,
    words_of,
)
from seawright_orchestrator.core.user_quality.probes import Error, Probe, Tally, user_turns

MIN_INVENTED = 2
"""Unknown words of one sentence that make it a made-up fact: one alone may be a turn of phrase."""
_NO_CLAIM = re.compile(r"\?\s*$|\b(?:not sure|do not know|don't know|do not have|don't have)\b")


def unknown_facts(probe: Probe) -> Tally:
    """Return his texts, and those which tell an unknown number or at least two unknown words."""
    errors = list[Error]()
    num = 0
    known = words_of(known_texts(probe.scenario))
    for turn in user_turns(probe.trajectory.messages):
        if not (turn.text or "").strip():
            continue
        num += 1
        heard = known | words_of(turn.heard)
        found = next(_unknown(turn.text or "", heard), None)
        if found is not None:
            kind, detail = found
            errors.append(Error(kind=kind, message=turn.index, detail=detail))
    return Tally(column="unknown_fact", num=num, errors=errors)


def _unknown(text: str, known: set[str]) -> Iterator[tuple[str, str]]:
    for word in sorted(telling_words(text) - known):
        yield "unknown_value", word
    for sentence in sentences(text):
        invented = content_words(sentence) - known
        if len(invented) >= MIN_INVENTED and not _NO_CLAIM.search(sentence.lower()):
            yield "invented_words", sentence.strip()
