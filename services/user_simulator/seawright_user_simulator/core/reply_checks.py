"""What is wrong with a user model's reply: held to in code, whatever the model was asked to do."""

import re
from typing import Literal

from seawright_shared.records.messages import Message
from seawright_shared.records.user_speech import looped, role_slip, stammers
from seawright_user_simulator.core.ports import STOP_WORDS, Cue, Reply, stop_in
from seawright_user_simulator.core.standing import Standing, standing

Objection = Literal[
    "empty",
    "looping",
    "speaks_as_agent",
    "narrates",
    "foreign_tool",
    "malformed_call",
    "early_stop",
    "unheard_transfer",
]

REMARKS: dict[Objection, str] = {
    "empty": "it was empty",
    "looping": "it said what you had said before, in the same words",
    "speaks_as_agent": "it spoke as the agent; you are the customer",
    "narrates": "it told about the talk; write only what the customer says",
    "foreign_tool": "it used a tool, or values, that are not yours",
    "malformed_call": "its tool call could not be read",
    "early_stop": "it took leave before everything was settled and reported as done",
    "unheard_transfer": "it spoke of being handed over, and the agent had not said so",
}
"""What the model is told of a refused reply."""

_CALL_IN_TEXT = re.compile(r"</?tool_call>|<\|tool|```|^\s*\{\s*\"(?:name|arguments|function)\"")
NUM_RECALLED = 3
"""Own texts that a reply must not repeat."""


def remark(objection: Objection) -> str:
    """Return the words with which a reply is asked for anew."""
    return f"Your last try was refused: {REMARKS[objection]}. Write another one."


def objection_to(reply: Reply, cue: Cue) -> Objection | None:
    """Return why a reply cannot stand; None where it can."""
    message = reply.message
    if message.malformed is not None:
        return "malformed_call"
    if message.tool_calls:
        return None if _may_call(message, cue) else "foreign_tool"
    text = message.content or ""
    words = _without_stops(text)
    if _CALL_IN_TEXT.search(words):
        return "malformed_call"
    if (slip := role_slip(words)) is not None:
        return slip
    stop = stop_in(text)
    if stop is not None:
        return _against_leave(stop, standing(cue.scenario, cue.messages), cue)
    if not words.strip():
        return "empty"
    return "looping" if stammers(words) or _repeats(words, cue) else None


def _may_call(message: Message, cue: Cue) -> bool:
    able = [(deed.name, deed.arguments) for deed in cue.scenario.deeds]
    return all((call.name, call.arguments) in able for call in message.tool_calls or ())


def _without_stops(text: str) -> str:
    for word in STOP_WORDS:
        text = text.replace(word, " ")
    return text


def _against_leave(stop: str, now: Standing, cue: Cue) -> Objection | None:
    """Judge a leave. He whose patience is at an end may go; all else must be over."""
    if stop == "transfer":
        return None if now.is_handed_over else "unheard_transfer"
    if not now.has_answer:
        return "early_stop"
    if now.is_handed_over or now.num_useless >= cue.scenario.patience_turns - 1:
        return None
    if stop == "out_of_scope":
        return None if now.is_asked and not now.awaits_yes and not now.is_promised else "early_stop"
    is_over = now.num_settled > 0 and now.num_unraised == 0
    return None if is_over and not (now.awaits_yes or now.is_promised) else "early_stop"


def _repeats(text: str, cue: Cue) -> bool:
    """Whether he repeats himself; to the same question, the same answer is none."""
    own: list[tuple[str, str]] = []
    asked = ""
    for message in cue.messages:
        if message.role == "assistant" and message.content:
            asked = message.content
        elif message.role == "user" and message.content and not message.tool_calls:
            own.append((asked, message.content))
    return any(looped(text, said) and before != asked for before, said in own[-NUM_RECALLED:])
