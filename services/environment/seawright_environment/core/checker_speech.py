"""What a checker hears: facts said in normalised form, and a yes to what was proposed."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from seawright_environment.core.checker_values import folded
from seawright_environment.core.replay import CallRecord
from seawright_shared.records.checkers import SaidItem
from seawright_shared.records.messages import Message

_AMOUNT = re.compile(r"(?<![\w.])\$?(\d[\d,]*)(?:\.(\d{1,2}))?(?![\w]|\.\d)")
_YES = re.compile(r"^(yes|yeah|yep|sure|ok|okay|correct|confirmed|please go ahead|go ahead)\b")
_NO = re.compile(r"^(no|nope|stop|wait|not)\b")
_OWN_ID = ("user_id", "customer_id")
"""The customer's own id: it is looked up, he need not confirm it."""


def says(text: str, item: SaidItem) -> bool:
    """Whether a message says the item: a text between word boundaries, or an amount."""
    words = folded(text)
    wanted = [item.text] if item.text is not None else item.any_of
    if wanted and not any(_within(folded(option), words) for option in wanted):
        return False
    return item.cents is None or item.cents in amounts(text)


def amounts(text: str) -> list[int]:
    """Return the amounts in a text, in cents: `$1,234.5` is 123450."""
    return [
        int(whole.replace(",", "")) * 100 + int(part.ljust(2, "0") if part else 0)
        for whole, part in _AMOUNT.findall(text)
    ]


def is_confirmed(call: CallRecord, messages: Sequence[Message]) -> bool:
    """Whether the last answer before a call was a yes to a message that names its details."""
    details = [folded(detail) for detail in _details(call.arguments)]
    spoken = [m for m in messages[: call.turn] if m.content and not m.tool_calls]
    index = len(spoken) - 1
    while index > 0:
        while index >= 0 and spoken[index].role != "user":
            index -= 1
        if index <= 0:
            return False
        answer = folded(spoken[index].content or "")
        proposal, index = _said_before(spoken, index)
        if _NO.match(answer):
            return False
        if _YES.match(answer) and all(_within(detail, proposal) for detail in details):
            return True
    return False


def _said_before(spoken: Sequence[Message], index: int) -> tuple[str, int]:
    """Return the agent's words just before a user message, and where they start."""
    start = index
    while start > 0 and spoken[start - 1].role == "assistant":
        start -= 1
    return folded(" ".join(m.content or "" for m in spoken[start:index])), start - 1


def _details(arguments: Mapping[str, JsonValue]) -> Iterator[str]:
    for key, value in arguments.items():
        if key not in _OWN_ID:
            yield from _numbered(value)


def _numbered(value: JsonValue) -> Iterator[str]:
    """Yield the texts with a digit in them: ids, streets, zip codes."""
    if isinstance(value, str):
        if any(letter.isdigit() for letter in value):
            yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _numbered(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _numbered(inner)


def _within(wanted: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", words) is not None
