"""The transcript as a user model sees it: he is the assistant, and the agent is his user."""

from collections.abc import Sequence

from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario

_RULES = """You are a customer who writes to a customer service agent. Play this person:
- Write one short message at a time, in his voice.
- Say only what is listed below as known. What is not listed, you do not know.
- Give a detail when the agent asks for it, or at once where it belongs to your request.
- Say yes only to a proposal that names exactly what you want; else say no, and what is wrong.
- Wait until the agent reports that a request is done before you go on to the next one.
- When all requests are settled, write ###STOP###. When you are being transferred to a human,
  write ###TRANSFER###. When you cannot go on from what you know, write ###OUT-OF-SCOPE###."""


def instructions(scenario: Scenario) -> str:
    """Return the user model's system message."""
    known = "\n".join(f"- {fact.text}" for fact in scenario.facts if fact.when != "never")
    wishes = "\n".join(f"{index}. {wish.text}" for index, wish in enumerate(scenario.wishes, 1))
    unknown = "\n".join(f"- {thing}" for thing in scenario.unknowns) or "- nothing in particular"
    return (
        f"{_RULES}\n\nManner: {scenario.persona}\n\nFirst message: {scenario.opening}\n\n"
        f"Requests, in this order:\n{wishes}\n\nKnown:\n{known}\n\nUnknown:\n{unknown}"
    )


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
