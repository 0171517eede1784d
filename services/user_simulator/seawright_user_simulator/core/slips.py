"""Deliberate, seeded and recorded errors of the scripted user."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_shared.records.trajectories import SlipKind, UserSpec

_INVENTED = (
    "By the way, I also have a coupon for ten percent off.",
    "By the way, the parcel was left at my neighbour's.",
    "By the way, my membership is gold.",
)
_OUT_OF_PART = (
    "{text} Is there anything else I can help you with?",
    "The customer says: {text}",
    "{text} Thank you for contacting us.",
)
USUAL: tuple[SlipKind, ...] = ("stopped_early", "wrong_fact", "unknown_fact")
"""What is drawn of, in a text, where a user names no kinds; beside them, claimed deeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slipped:
    """A reply after the draw: `slip` is None where it stayed as it was."""

    text: str
    slip: SlipKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """How one user errs in one episode."""

    rate: float
    kinds: Sequence[SlipKind] = ()
    """Only these; empty: the usual ones."""
    seed: int

    @classmethod
    def of(cls, user: UserSpec, seed: int) -> "Slips":
        """Return the slips of a user."""
        return cls(rate=user.slip_rate, kinds=user.slip_kinds, seed=seed)

    def in_text(self, text: str, *, turn: int, hidden: Sequence[str], is_last: bool) -> Slipped:
        """Return the reply with, at the rate, one error in it. The last word never slips.

        `hidden` are the facts that nobody asked for yet.
        """
        kinds = [kind for kind in self.kinds or USUAL if kind != "claimed_deed"]
        unchanged = Slipped(text=text, slip=None)
        if self.rate <= 0 or is_last or not kinds:
            return unchanged
        # The seed makes errors reproducible; nothing secret depends on it.
        draw = random.Random(f"slip:{self.seed}:{turn}")  # noqa: S311
        if draw.random() >= self.rate:
            return unchanged
        kind = draw.choice(kinds)
        if kind == "wrong_fact":
            digits = [found.start() for found in re.finditer(r"\d", text)]
            if digits:
                return Slipped(text=_with_other_digit(text, draw.choice(digits), draw), slip=kind)
            if "unknown_fact" not in kinds:
                return unchanged
            kind = "unknown_fact"
        if kind == "leaked_fact":
            if not hidden:
                return unchanged
            return Slipped(text=f"{text} {draw.choice(hidden)}", slip=kind)
        if kind == "stopped_early":
            return Slipped(text="I have to go now. Bye. ###STOP###", slip=kind)
        if kind == "left_part":
            return Slipped(text=draw.choice(_OUT_OF_PART).format(text=text), slip=kind)
        return Slipped(text=f"{text} {draw.choice(_INVENTED)}", slip="unknown_fact")

    def on_deed(self, name: str, *, turn: int) -> bool:
        """Whether the customer says that he did something without doing it."""
        if self.rate <= 0 or (self.kinds and "claimed_deed" not in self.kinds):
            return False
        # The seed makes errors reproducible; nothing secret depends on it.
        return random.Random(f"deed:{self.seed}:{turn}:{name}").random() < self.rate  # noqa: S311


def _with_other_digit(text: str, place: int, draw: random.Random) -> str:
    other = str((int(text[place]) + draw.randint(1, 9)) % 10)
    return text[:place] + other + text[place + 1 :]
