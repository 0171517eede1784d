"""Ask a role: let it look, hold its answer to the form, ask again where it is malformed."""

import json
from dataclasses import dataclass, replace
from typing import TypeVar

from seawright_orchestrator.core.llm.answers import Answer
from seawright_orchestrator.core.llm.chats import (
    Chat,
    ChatMessage,
    ChatReply,
    Failure,
    FailureName,
    Toolbox,
)
from seawright_orchestrator.core.llm.costs import Ledger
from seawright_orchestrator.core.llm.fences import fenced
from seawright_orchestrator.core.llm.questions import Question
from seawright_shared.records.llm import LlmSpec

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRole:
    """One question, its tool calls and its repairs. Whatever goes wrong is a `Failure`."""

    chat: Chat
    spec: LlmSpec
    ledger: Ledger

    async def __call__(self, question: Question[A], tools: Toolbox | None = None) -> A | Failure:
        """Return an answer that the question's form and objection allow, or why there is none."""
        answer = await self._asked(question, tools)
        if isinstance(answer, Failure):
            self.ledger.fail(question.role, answer)
        return answer

    async def _asked(self, question: Question[A], tools: Toolbox | None) -> A | Failure:
        messages = question.opening()
        num_calls = num_repairs = 0
        while True:
            if why := self.ledger.why_spent:
                return Failure(name=FailureName.BUDGET, detail=why)
            request = question.request(self.spec, messages)
            reply = await self.chat.complete(
                replace(request, why_spent=lambda: self.ledger.why_spent)
            )
            if isinstance(reply, Failure):
                return reply
            self.ledger.count(question.role, reply)
            if (failure := reply.failure()) is not None:
                return failure
            if reply.calls and tools is not None:
                num_calls += len(reply.calls)
                if num_calls > self.spec.max_tool_calls:
                    return Failure(name=FailureName.ENDLESS_TOOLS, detail=f"{num_calls} calls")
                messages += await _looked_up(reply, tools)
                continue
            answer = _answer(question, reply)
            if not isinstance(answer, str):
                return answer
            num_repairs += 1
            if num_repairs > self.spec.max_repairs:
                return Failure(name=FailureName.MALFORMED, detail=answer)
            messages += _repair(reply, answer)


def _answer(question: Question[A], reply: ChatReply) -> A | str:
    if reply.malformed_call is not None:
        return f"the arguments of {reply.malformed_call} are no JSON object"
    if reply.calls:
        return "there are no tools; answer with the JSON object"
    return question.parsed(reply.content)


async def _looked_up(reply: ChatReply, tools: Toolbox) -> list[ChatMessage]:
    messages: list[ChatMessage] = [
        {
            "role": "assistant",
            "content": reply.content or None,
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
                }
                for call in reply.calls
            ],
        }
    ]
    for call in reply.calls:
        content = fenced(await tools.call(call), f"the tool {call.name}")
        messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
    return messages


def _repair(reply: ChatReply, why: str) -> list[ChatMessage]:
    asked = (
        f"Your answer cannot be used: {why}. Answer again with one JSON object of the form that "
        "was asked for, and with nothing else."
    )
    return [
        {"role": "assistant", "content": reply.content[:2000]},
        {"role": "user", "content": asked},
    ]
