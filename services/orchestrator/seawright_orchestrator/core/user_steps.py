"""Which turns of a simulated user are right, so that a user model may learn them."""

import re
from collections.abc import Iterable, Sequence

from seawright_orchestrator.core.dialogue import STOP_WORDS
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario
from seawright_shared.records.trajectories import StopReason, Trajectory
from seawright_shared.records.verdicts import Attribution, Verdict

TELLING = re.compile(r"[#$]?[\w.@'-]*\d[\w.@'-]*")
"""Words that tell something which can be wrong: ids, amounts, dates, numbers."""


def num_right_messages(trajectory: Trajectory, scenario: Scenario, verdict: Verdict) -> int:
    """Return how many messages come before the user's first wrong step; all, where none is.

    Wrong is a recorded slip, a telling word that he neither knows nor was told, a deed that is
    none of his, an empty turn, and to leave an episode that failed by his fault.
    """
    slips = [slip.message for slip in trajectory.slips if slip.by == "user"]
    heard = [*_known(scenario)]
    for index, message in enumerate(trajectory.messages):
        if message.role == "user":
            is_last = index == len(trajectory.messages) - 1
            is_wrong = (
                index in slips
                or not _is_known(message, heard)
                or not _may_do(message, scenario)
                or (is_last and _spoiled(trajectory, verdict))
            )
            if is_wrong:
                return index
        elif message.content and _hears(message):
            heard.append(message.content)
    return len(trajectory.messages)


def _hears(message: Message) -> bool:
    """Return whether the user sees it: the agent's texts, and the answers of his own tools."""
    is_text = message.role == "assistant" and not message.tool_calls and message.malformed is None
    return is_text or (message.role == "tool" and message.requestor == "user")


def _known(scenario: Scenario) -> Iterable[str]:
    """Yield what the customer knows from the start."""
    yield scenario.opening
    yield from (fact.text for fact in scenario.facts if fact.when != "never")
    for wish in scenario.wishes:
        yield wish.text
        yield from (*wish.mentions, *wish.knows)
    yield from (deed.says for deed in scenario.deeds)


def _is_known(message: Message, heard: Sequence[str]) -> bool:
    """Return whether everything that the text tells was known or said before."""
    text = message.content or ""
    if not message.tool_calls and not text.strip():
        return False
    for word in STOP_WORDS:
        text = text.replace(word, "")
    known = {plain_word(word) for part in heard for word in TELLING.findall(part)}
    return all(plain_word(word) in known for word in TELLING.findall(text))


def plain_word(word: str) -> str:
    """Return a telling word without the marks around it."""
    return word.lower().lstrip("#$").strip(".'-")


def _may_do(message: Message, scenario: Scenario) -> bool:
    """Return whether each call is one of the customer's deeds; none are listed: any call is."""
    if not scenario.deeds:
        return True
    return all(
        any((deed.name, deed.arguments) == (call.name, call.arguments) for deed in scenario.deeds)
        for call in message.tool_calls or ()
    )


def _spoiled(trajectory: Trajectory, verdict: Verdict) -> bool:
    """Return whether the last turn left an episode that failed by the user's fault."""
    ended = trajectory.stop_reason in {StopReason.USER_STOP, StopReason.USER_ERROR}
    return ended and not verdict.ok and verdict.attribution == Attribution.USER
