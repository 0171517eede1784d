"""The transcript as a user model sees it: he is the assistant, and the agent is his user."""

from collections.abc import Sequence

from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario

INSTRUCTION = (
    "You are a customer who writes to a service agent. Say only what you know. Answer what you "
    "are asked, briefly. When all you want is settled, write ###STOP###."
)
"""The text on which the orchestrator's user dialogues are trained, too: a test holds them equal."""

HANDS = (
    "You have tools of your own. Call one only when the agent asks you to do or look at just that; "
    "then tell him what it said."
)


def instructions(scenario: Scenario) -> str:
    """Return the user model's system message."""
    wishes = [f"{index}. {wish.text}" for index, wish in enumerate(scenario.wishes, start=1)]
    facts = [f"- {fact.text}" for fact in scenario.facts if fact.when != "never"]
    parts = [
        INSTRUCTION,
        f"Manner: {scenario.persona}.",
        "What you want, in this order:\n" + "\n".join(wishes),
    ]
    if facts:
        parts.append("What you know:\n" + "\n".join(facts))
    if scenario.unknowns:
        parts.append("What you do not know: " + "; ".join(scenario.unknowns) + ".")
    if scenario.deeds:
        parts.append(HANDS)
    return "\n\n".join(parts)


def flipped(scenario: Scenario, messages: Sequence[Message]) -> list[Message]:
    """Return the conversation with roles exchanged.

    The user's own tool calls and their results stay, or he would repeat them for ever; the agent's
    never were visible.
    """
    seen = [Message(role="system", content=instructions(scenario))]
    for message in messages:
        if message.role == "user":
            seen.append(message.model_copy(update={"role": "assistant"}))
        elif message.role == "assistant" and message.content and not message.tool_calls:
            seen.append(Message(role="user", content=message.content))
        elif message.role == "tool" and message.requestor == "user":
            seen.append(message)
    return seen
