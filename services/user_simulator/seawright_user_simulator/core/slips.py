"""Deliberate, seeded and recorded errors of the scripted user."""

import random
import re
from dataclasses import dataclass
from typing import Literal

Slip = Literal["stopped_early", "wrong_fact", "unknown_fact"]

_INVENTED = (
    "By the way, I also have a coupon for ten percent off.",
    "By the way, the parcel was left at my neighbour's.",
    "By the way, my membership is gold.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slipped:
    """A reply after the draw: `slip` is None where it stayed as it was."""

    text: str
    slip: Slip | None


def slipped(text: str, *, rate: float, seed: int, turn: int, is_last: bool) -> Slipped:
    """Return the reply with, at the given rate, one error in it. The last word never slips."""
    if rate <= 0 or is_last:
        return Slipped(text=text, slip=None)
    # The seed makes errors reproducible; nothing secret depends on it.
    draw = random.Random(f"slip:{seed}:{turn}")  # noqa: S311
    if draw.random() >= rate:
        return Slipped(text=text, slip=None)
    kind: Slip = draw.choice(("stopped_early", "wrong_fact", "unknown_fact"))
    if kind == "wrong_fact":
        digits = [found.start() for found in re.finditer(r"\d", text)]
        if digits:
            place = draw.choice(digits)
            other = str((int(text[place]) + draw.randint(1, 9)) % 10)
            return Slipped(text=text[:place] + other + text[place + 1 :], slip=kind)
        kind = "unknown_fact"
    if kind == "stopped_early":
        return Slipped(text="I have to go now. Bye. ###STOP###", slip=kind)
    return Slipped(text=f"{text} {draw.choice(_INVENTED)}", slip=kind)


def slips_on_deed(*, rate: float, seed: int, turn: int, name: str) -> bool:
    """Whether the customer says that he did something without doing it."""
    # The seed makes errors reproducible; nothing secret depends on it.
    return rate > 0 and random.Random(f"deed:{seed}:{turn}:{name}").random() < rate  # noqa: S311
