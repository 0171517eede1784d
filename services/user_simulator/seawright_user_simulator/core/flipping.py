"""The transcript as a user model sees it: he is the assistant, and the agent is his user."""

from collections.abc import Sequence

from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario
from seawright_user_simulator.core.plain_texts import harmless
from seawright_user_simulator.core.prompts import message_only, with_tools

HEADINGS = {
    "upfront": "What you know",
    "on_ask": "What you know and tell when the agent asks for it",
    "after_refusal": "What you tell only after the agent refused something",
}


def instructions(scenario: Scenario) -> str:
    """Return the user model's system message. What he may never tell is not in it."""
    part = with_tools.TEXT if scenario.deeds else message_only.TEXT
    wishes = [f"{index}. {wish.text}" for index, wish in enumerate(scenario.wishes, start=1)]
    parts = [
        f"Manner: {scenario.persona}.",
        f"Your opening: {scenario.opening}",
        "What you want, in this order:\n" + "\n".join(wishes),
    ]
    for when, heading in HEADINGS.items():
        facts = [f"- {fact.text}" for fact in scenario.facts if fact.when == when]
        parts += [f"{heading}:\n" + "\n".join(facts)] if facts else []
    if scenario.disclosure == "piecemeal":
        parts.append("Tell one thing in a turn, however much you are asked for.")
    if scenario.unknowns:
        parts.append("What you do not know: " + "; ".join(scenario.unknowns) + ".")
    return "\n\n".join([part, harmless("\n\n".join(parts))])


def flipped(scenario: Scenario, messages: Sequence[Message], remark: str = "") -> list[Message]:
    """Return the conversation with roles exchanged.

    The user's own tool calls and their results stay, or he would repeat them for ever; the agent's
    never were visible. A remark on a refused reply stands below the instructions: many chat
    templates know one system message only.
    """
    system = "\n\n".join([instructions(scenario), *([remark] if remark else [])])
    seen = [Message(role="system", content=system)]
    for message in messages:
        text = None if message.content is None else harmless(message.content)
        if message.role == "user":
            seen.append(message.model_copy(update={"role": "assistant", "content": text}))
        elif message.role == "assistant" and text and not message.tool_calls:
            seen.append(Message(role="user", content=text))
        elif message.role == "tool" and message.requestor == "user":
            seen.append(message.model_copy(update={"content": text}))
    return seen
