"""What an agent's message does, as a patient but literal customer hears it."""

import re
from collections.abc import Sequence
from enum import StrEnum

from seawright_shared.records.tasks import Fact, Wish

_TRANSFERS = (
    "transferred to a human",
    "transferring you to a human",
    "transfer you to a human",
    "a person takes over",
    "please hold on",
)
_PROPOSALS = (
    "yes/no",
    "proceed",
    "shall i",
    "should i",
    "may i go ahead",
    "do you confirm",
    "want me to",
    "is this correct",
    "is that correct",
    "is this right",
)
_REPORTS = (
    "done",
    "has been",
    "have been",
    "anything else",
    "completed",
    "successfully",
    "all set",
)
_CLAIMS = ("done", "completed", "successfully", "all set")
_REFUSALS = ("cannot", "can not", "can't", "unable", "not able", "not possible", "not allowed")
_ASKS = ("?", "please", "tell me", "provide", "i need")
_ID = re.compile(r"(?<![$\w.,])#?\w*\d{4,}\w*")


class Act(StrEnum):
    """The one thing that a customer answers in a message; the first that fits."""

    SILENCE = "silence"
    TRANSFER = "transfer"
    PROPOSAL = "proposal"
    REPORT = "report"
    REFUSAL = "refusal"
    QUESTION = "question"
    STATEMENT = "statement"


def plain(text: str) -> str:
    """Return the text in lower case with single blanks."""
    return " ".join(text.lower().replace("\u2019", "'").split())


def act_of(text: str) -> Act:
    """Name what an agent's message does."""
    words = plain(text)
    for act, cues in (
        (Act.TRANSFER, _TRANSFERS),
        (Act.PROPOSAL, _PROPOSALS),
        (Act.REFUSAL, _REFUSALS),
        (Act.REPORT, _REPORTS),
    ):
        if _holds(words, cues):
            return act
    if asks(text):
        return Act.QUESTION
    return Act.STATEMENT if words else Act.SILENCE


def asks(text: str) -> bool:
    """Whether a message wants to know something."""
    words = plain(text)
    return any(cue in words for cue in _ASKS)


def claims(text: str) -> bool:
    """Whether a message says outright that something was carried out."""
    return _holds(plain(text), _CLAIMS)


def _holds(words: str, cues: Sequence[str]) -> bool:
    # Most cues are not in a message at all, and to look for a text is cheaper than for a pattern.
    return any(cue in words and re.search(rf"(?<!\w){re.escape(cue)}(?!\w)", words) for cue in cues)


def asked_facts(text: str, facts: list[Fact]) -> list[Fact]:
    """Return the facts whose cues a message contains as words, in order."""
    words = plain(text)
    return [
        fact
        for fact in facts
        if fact.when != "never"
        and any(cue in words and re.search(rf"\b{re.escape(cue)}", words) for cue in fact.cues)
    ]


def names(text: str, wish: Wish) -> bool:
    """Whether a message names all that a right proposal for the wish names, and no other id."""
    words = plain(text)
    if not all(plain(mention) in words for mention in wish.mentions):
        return False
    known = plain(" ".join([wish.text, *wish.mentions, *wish.knows]))
    return all(found in known for found in _ID.findall(words))


def names_an_id(text: str) -> bool:
    """Whether a message names any id at all."""
    return _ID.search(plain(text)) is not None


def speaks_of(text: str, wish: Wish) -> bool:
    """Whether a message names an id of the wish, or the wish has none to name."""
    ids = _ID.findall(plain(" ".join([wish.text, *wish.mentions])))
    return not ids or any(found in plain(text) for found in ids)
