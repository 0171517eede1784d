"""How a customer does not speak: as the agent, or about himself from outside."""

import re
from typing import Literal

RoleSlip = Literal["speaks_as_agent", "narrates"]

_AS_AGENT = re.compile(
    r"\bhow (?:can|may) i (?:help|assist)\b"
    r"|\b(?:anything|something) else i (?:can|could) (?:help|assist|do)\b"
    r"|\bi (?:can|will|would be happy to|'d be happy to|am happy to|'m happy to) "
    r"(?:help|assist) you\b"
    r"|\bi(?:'ve| have)? (?:just |now |already )?(?:cancelled|canceled|updated|processed|refunded|"
    r"changed|booked|upgraded|modified) your\b"
    r"|\bi(?:'ll| will| can) (?:go ahead and )?(?:cancel|update|process|refund|change|book|look up|"
    r"check|modify) your\b"
    r"|\b(?:may i have|can i have|could i have|please (?:provide|tell me|give me)|"
    r"(?:could|can) you (?:please )?(?:provide|tell me|give me)) your "
    r"(?:full |first |last )?(?:name|email|e-mail|zip|phone|user id|order|reservation|address|"
    r"account|date of birth|number)"
    r"|\bthank(?:s| you) for (?:contacting|calling|reaching out|choosing|your patience)\b"
    r"|\bbefore i (?:can )?proceed\b|\bour (?:policy|records|system) (?:do|says|shows?|does|is)\b"
    r"|\bas (?:a|your) (?:customer service|service|support|virtual) (?:agent|assistant)\b"
)
_NARRATES = re.compile(
    r"^\W*(?:the )?(?:customer|user|agent|assistant|human|system|me)\W*:"
    r"|^\s*[*(\[][^*)\]]{3,}[*)\]]"
    r"|\bthe (?:customer|user) (?:says|said|replies|replied|responds|answers|wants|is|would|then)\b"
    r"|\bas an? (?:ai|a\.i\.|language model)\b"
    r"|\b(?:my|the) (?:persona|scenario|instructions?) (?:says?|is|are|tells?)\b"
    r"|\bi am (?:role-?playing|simulating|playing the (?:role|part))\b"
)

MIN_LOOPED = 5
"""Words; anybody says `Yes, please go ahead` twice in a talk."""


def role_slip(text: str) -> RoleSlip | None:
    """Return how a text leaves the customer's role; None where it does not."""
    words = " ".join(text.lower().replace("\u2019", "'").split())
    if _NARRATES.search(words):
        return "narrates"
    return "speaks_as_agent" if _AS_AGENT.search(words) else None


def looped(text: str, earlier: str) -> bool:
    """Return whether a text says an earlier one again, in the same words; a short yes may recur."""
    words = _words(text)
    return len(words) >= MIN_LOOPED and words == _words(earlier)


def stammers(text: str) -> bool:
    """Return whether one sentence of a text stands in it three times or more."""
    sentences = [_words(part) for part in re.split(r"[.!?\n]+", text)]
    return any(sentences.count(one) >= 3 for one in set(sentences) if len(one) > 1)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[\w@.'#$-]*\w", text.lower()))
