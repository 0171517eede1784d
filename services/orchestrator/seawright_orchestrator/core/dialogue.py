"""The turn protocol of an episode: who speaks next, when it ends, and what each side may see.

Pure: the player asks whose turn it is, fetches the turn, and hands it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from seawright_shared.records.messages import Message, Requestor, ToolCall, ToolResult
from seawright_shared.records.trajectories import StopReason

Speaker = Literal["agent", "user", "tools", "nobody"]

GREETING = "Hi! How can I help you today?"
STOP_WORDS = ("###STOP###", "###TRANSFER###", "###OUT-OF-SCOPE###")
ENDING_TOOLS = frozenset({"transfer_to_human_agents", "done"})
"""Tools whose success ends the episode: the agent has handed over."""

EMPTY_TURN = "Error: the turn was empty. Write to the customer or call a tool."
MALFORMED_CALL = "Error: the tool call could not be read. Call one tool with valid JSON arguments."


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When an episode that nobody ended is ended."""

    max_turns: int = 30
    """Most messages of the agent and the user together; the greeting and results not counted."""
    max_errors: int = 10
    """Most refused tool calls, of both sides together."""
    max_bad_turns: int = 3
    """Most empty or malformed agent turns in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """What was said so far, and what follows from it."""

    limits: Limits
    messages: tuple[Message, ...]
    next: Speaker
    stop: StopReason | None = None
    num_turns: int = 0
    num_tool_calls: int = 0
    num_tool_errors: int = 0
    num_bad_turns: int = 0
    """In a row."""


def begin(limits: Limits) -> Dialogue:
    """Return the dialogue after the agent's fixed greeting."""
    greeting = Message(role="assistant", content=GREETING)
    return Dialogue(limits=limits, messages=(greeting,), next="user")


def agent_spoke(dialogue: Dialogue, message: Message) -> Dialogue:
    """Add the agent's turn. Text beside tool calls is kept, but nobody hears it."""
    assert dialogue.next == "agent"
    message = with_own_ids(message, "assistant", dialogue.num_tool_calls)
    after = heard(dialogue, message)
    if message.tool_calls:
        return limited(replace(after, next="tools", num_bad_turns=0))
    if message.malformed is None and (message.content or "").strip():
        return limited(replace(after, next="user", num_bad_turns=0))
    num_bad_turns = dialogue.num_bad_turns + 1
    if num_bad_turns >= dialogue.limits.max_bad_turns:
        return stopped(replace(after, num_bad_turns=num_bad_turns), StopReason.AGENT_ERROR)
    text = EMPTY_TURN if message.malformed is None else MALFORMED_CALL
    notice = Message(role="tool", content=text, requestor="assistant", error=True)
    after = replace(
        after,
        messages=(*after.messages, notice),
        next="agent",
        num_bad_turns=num_bad_turns,
        num_tool_errors=after.num_tool_errors + 1,
    )
    return limited(after)


def context_filled(dialogue: Dialogue, message: Message | None) -> Dialogue:
    """End the dialogue because the agent's context holds no more; keep what it still said."""
    if message is not None and (message.content or message.tool_calls or message.malformed):
        message = with_own_ids(message, "assistant", dialogue.num_tool_calls)
        dialogue = heard(dialogue, message)
    return stopped(dialogue, StopReason.CONTEXT_FULL)


def user_spoke(dialogue: Dialogue, message: Message, *, is_stop: bool = False) -> Dialogue:
    """Add the user's turn; a stop word in a text ends the dialogue, before any limit does."""
    assert dialogue.next == "user"
    message = with_own_ids(message, "user", dialogue.num_tool_calls)
    after = heard(dialogue, message)
    if message.tool_calls:
        return limited(replace(after, next="tools"))
    text = message.content or ""
    if is_stop or any(word in text for word in STOP_WORDS):
        return stopped(after, StopReason.USER_STOP)
    if not text.strip():
        return stopped(after, StopReason.USER_ERROR)
    return limited(replace(after, next="agent"))


def tools_answered(dialogue: Dialogue, results: Sequence[ToolResult]) -> Dialogue:
    """Add the results of the last message's calls; the caller speaks again."""
    caller, calls = pending(dialogue)
    assert [call.id for call in calls] == [result.call_id for result in results]
    after = replace(
        dialogue,
        messages=(*dialogue.messages, *(result.as_message(caller) for result in results)),
        next="agent" if caller == "assistant" else "user",
        num_tool_errors=dialogue.num_tool_errors + sum(result.error for result in results),
    )
    ended = any(
        call.name in ENDING_TOOLS and not result.error
        for call, result in zip(calls, results, strict=True)
    )
    if ended and caller == "assistant":
        return stopped(after, StopReason.AGENT_STOP)
    return limited(after)


def pending(dialogue: Dialogue) -> tuple[Requestor, list[ToolCall]]:
    """Return who called, and the calls that wait for their results."""
    last = dialogue.messages[-1]
    assert dialogue.next == "tools"
    assert last.tool_calls
    return ("user" if last.role == "user" else "assistant"), last.tool_calls


def seen_by_user(messages: Sequence[Message]) -> list[Message]:
    """Return what the user sees: assistant texts, his own messages, his own calls and results."""
    seen: list[Message] = []
    for message in messages:
        if message.role == "assistant" and not message.tool_calls and message.malformed is None:
            if message.content:
                seen.append(Message(role="assistant", content=message.content))
        elif message.role == "user" or (message.role == "tool" and message.requestor == "user"):
            seen.append(message)
    return seen


def seen_by_agent(messages: Sequence[Message]) -> list[Message]:
    """Return what the agent sees: its own messages and results, and the user's texts."""
    seen: list[Message] = []
    for message in messages:
        is_own_result = message.role == "tool" and message.requestor == "assistant"
        if message.role == "assistant" or is_own_result:
            seen.append(message)
        elif message.role == "user" and message.content and not message.tool_calls:
            seen.append(Message(role="user", content=message.content))
    return seen


def without_reasoning(messages: Sequence[Message]) -> list[Message]:
    """Return the messages as the verifier reads them."""
    return [
        message.model_copy(update={"reasoning": None}) if message.reasoning else message
        for message in messages
    ]


def with_own_ids(message: Message, requestor: Requestor, offset: int) -> Message:
    """Number the calls within the episode: samplers repeat ids, and results are cached by id."""
    if not message.tool_calls:
        return (
            message
            if message.tool_calls is None
            else message.model_copy(update={"tool_calls": None})
        )
    calls = [
        call.model_copy(update={"id": f"call_{offset + index}", "requestor": requestor})
        for index, call in enumerate(message.tool_calls)
    ]
    return message.model_copy(update={"tool_calls": calls})


def heard(dialogue: Dialogue, message: Message) -> Dialogue:
    """Return the dialogue with one more turn; who is next is for the caller to say."""
    return replace(
        dialogue,
        messages=(*dialogue.messages, message),
        num_turns=dialogue.num_turns + 1,
        num_tool_calls=dialogue.num_tool_calls + len(message.tool_calls or ()),
    )


def stopped(dialogue: Dialogue, reason: StopReason) -> Dialogue:
    """Return the dialogue ended, for a reason of its own or a fault around it."""
    return replace(dialogue, next="nobody", stop=reason)


def limited(dialogue: Dialogue) -> Dialogue:
    """End a dialogue that is over a limit; calls that wait are answered first."""
    if dialogue.next == "tools":
        return dialogue
    if dialogue.num_turns >= dialogue.limits.max_turns:
        return stopped(dialogue, StopReason.MAX_TURNS)
    if dialogue.num_tool_errors >= dialogue.limits.max_errors:
        return stopped(dialogue, StopReason.MAX_ERRORS)
    return dialogue
