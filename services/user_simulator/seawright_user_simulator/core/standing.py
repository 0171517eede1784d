"""How far a customer's wishes are, as the talk tells: whether he may take his leave already."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario
from seawright_user_simulator.core.agent_speech import Act, act_of, asks, plain
from seawright_user_simulator.core.deeds import turns_of

_AGREES = re.compile(
    r"\b(?:yes|yeah|yep|sure|ok|okay|correct|right|please do|go ahead|confirm\w*|agree\w*|"
    r"proceed|sounds good|that works|do it)\b"
)
_DECLINES = re.compile(r"^\W*(?:no|nope|wait|stop)\b|\b(?:do not|don't|not what|wrong|incorrect)\b")
_PROMISES = re.compile(
    r"\b(?:i will|i'll|i am going to|i'm going to|let me|one moment|give me a moment|"
    r"i am (?:now )?(?:cancel|chang|process|updat|book|look|check)\w*ing)\b"
)
_HANDS_OVER = re.compile(
    r"\btransfer\w*|\bhand(?:ing)? (?:you|this) over\b|"
    r"\b(?:human|live) (?:agent|representative|colleague)\b|\ba person takes over\b"
)
_WORD = re.compile(r"[\w#$@.-]*\w")
SHARE_RAISED = 0.4
"""Share of a wish's words that the customer has used once he has brought it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a leave is judged by."""

    has_answer: bool
    """Whether the agent answered anything that the customer said."""
    is_asked: bool
    """Whether the agent's last text wants to know something, or waits for a yes."""
    awaits_yes: bool
    is_promised: bool
    """Whether something was agreed on or promised, and nothing was told of it since."""
    is_handed_over: bool
    num_settled: int
    num_useless: int
    """Texts that the agent had said before, word for word."""
    num_unraised: int
    """Wishes that the customer has not brought up."""


def standing(scenario: Scenario, messages: Sequence[Message]) -> Standing:
    """Return how things are before the customer's next turn."""
    heard = [turn.text for turn in turns_of(messages)]
    said = [m.content or "" for m in messages if m.role == "user" and not m.tool_calls]
    is_promised, num_settled, num_useless = False, 0, 0
    for number, text in enumerate(heard[1:], start=1):
        act = act_of(text)
        num_useless += text in heard[1:number]
        if act is Act.PROPOSAL:
            is_promised = number < len(said) and _agreed(said[number])
        elif act in (Act.REPORT, Act.REFUSAL):
            is_promised, num_settled = False, num_settled + 1
        elif _PROMISES.search(plain(text)) and not asks(text):
            is_promised = True
        elif act is Act.STATEMENT:
            is_promised, num_settled = False, num_settled + 1
    last = heard[-1] if said else ""
    return Standing(
        has_answer=bool(last.strip()),
        is_asked=act_of(last) in (Act.QUESTION, Act.PROPOSAL),
        awaits_yes=act_of(last) is Act.PROPOSAL,
        is_promised=is_promised,
        is_handed_over=any(_HANDS_OVER.search(plain(text)) for text in heard),
        num_settled=num_settled,
        num_useless=num_useless,
        num_unraised=_unraised(scenario, said),
    )


def _agreed(text: str) -> bool:
    words = plain(text)
    return _AGREES.search(words) is not None and _DECLINES.search(words) is None


def _unraised(scenario: Scenario, said: Sequence[str]) -> int:
    """Return how many wishes were not spoken of; the opening brings up the first one."""
    spoken = {word for text in said for word in _WORD.findall(plain(text))}
    num_raised = 1 if said else 0
    for index, wish in enumerate(scenario.wishes[1:], start=1):
        details = [fact.text for fact in scenario.facts if fact.key.startswith(f"wish_{index}")]
        texts = [wish.text, *details]
        shares = [_share(set(_WORD.findall(plain(text))), spoken) for text in texts]
        num_raised += max(shares) >= SHARE_RAISED
    return len(scenario.wishes) - num_raised


def _share(words: set[str], spoken: set[str]) -> float:
    return len(words & spoken) / len(words) if words else 1.0
