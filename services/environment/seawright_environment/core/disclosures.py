"""How a customer lets his story out: at once, when asked, in pieces, corrected, or with more."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_shared.records.tasks import Disclosure, Fact, Wish

DISTRACTION = "aside"
"""Key of a fact that has nothing to do with any wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The customer's first wish in all the ways in which he may come to tell it."""

    greeting: str
    vague: str
    """Names the matter and no details."""
    pieces: Sequence[str]
    """The details one by one; together they tell all that the wish's text does."""
    first_thought: str
    """Something else that he asks for before he changes his mind."""
    correction: str
    """What he says before he tells his wish after all."""
    aside: str
    """True, and of no use."""
    identity: Fact
    detail_cues: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """The opening, and what else he knows and when he tells it."""

    opening: str
    facts: list[Fact]
    asks_details: bool
    """Whether a right agent must ask for more than who he is."""


def disclosed(style: Disclosure, story: Story, wishes: Sequence[Wish]) -> Disclosed:
    """Return the story in a style; wishes after the first are told when their turn comes."""
    later = [_detail(place, wish, story) for place, wish in enumerate(wishes) if place]
    first, identity = _detail(0, wishes[0], story), story.identity
    facts = [identity, first]
    opening, asks_details = story.vague, True
    if style in ("upfront", "distractor"):
        opening, asks_details = wishes[0].text, False
    elif style == "on_ask":
        facts = [identity, _asked(first)]
    elif style == "piecemeal":
        # Who he is comes last, so that whoever knows him knows his wish.
        facts = [*_pieces(first, story), identity]
    else:
        opening, asks_details = story.first_thought, False
        facts = [identity, _corrected(first, story)]
    if style == "distractor":
        opening = f"{opening} {story.aside}"
        facts.append(Fact(key=DISTRACTION, text=story.aside, when="upfront"))
    return Disclosed(
        opening=story.greeting + opening, facts=[*facts, *later], asks_details=asks_details
    )


def _detail(place: int, wish: Wish, story: Story) -> Fact:
    return Fact(key=f"wish_{place}", text=wish.text, when="upfront", cues=list(story.detail_cues))


def _asked(fact: Fact) -> Fact:
    return fact.model_copy(update={"when": "on_ask"})


def _pieces(fact: Fact, story: Story) -> list[Fact]:
    return [
        _asked(fact).model_copy(update={"key": f"{fact.key}.{place}", "text": text})
        for place, text in enumerate(story.pieces)
    ]


def _corrected(fact: Fact, story: Story) -> Fact:
    """Return the wish as he tells it once anything is asked of him, be it only who he is."""
    cues = [*story.identity.cues, *story.detail_cues]
    return _asked(fact).model_copy(
        update={"text": f"{story.correction}{fact.text}", "cues": list(dict.fromkeys(cues))}
    )
