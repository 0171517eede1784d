"""What a checker hears: facts said in normalised form, and a yes to what was proposed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.checker_values import folded
from seawright_environment.core.replay import CallRecord
from seawright_shared.records.checkers import SaidItem
from seawright_shared.records.messages import Message

_AMOUNT = re.compile(r"(?<![\w.])\$?(\d[\d,]{0,14})(?:\.(\d{1,2}))?(?![\w]|\.\d)")
_YES = re.compile(r"^(yes|yeah|yep|correct|confirmed|i confirm)\b")
_MILD_YES = re.compile(r"^(sure|ok|okay|please|go ahead|sounds good|that is right|do it)\b")
"""May as well answer something else than a proposal."""
_NO = re.compile(r"^(no|nope|stop|wait|not)\b")
_CODE = re.compile(r"[A-Z]{5,}")
"""An id that happens to have no digit."""
_SUM = "amount"
"""The argument that is money."""
_LARGEST = 1e12
"""Dollars."""
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


def is_confirmed(call: CallRecord, messages: Sequence[Message], writes: Sequence[int]) -> bool:
    """Whether the customer said yes to a message that names the details of a call.

    `writes` are the turns of the writes so far. A yes covers several writes that were proposed
    together, but is used up once the customer has spoken again after one of them.
    """
    details = [folded(detail) for detail in _details(call.arguments)]
    sums = set(_sums(dict(call.arguments)))
    used_up = -1
    for index in range(call.turn - 1, -1, -1):
        message = messages[index]
        if message.role != "user" or not message.content or message.tool_calls:
            continue
        answer = folded(message.content)
        if index <= used_up or _NO.match(answer):
            return False
        is_yes = _YES.match(answer) is not None
        if is_yes or _MILD_YES.match(answer):
            proposal = _said_before(messages, index)
            names_all = all(_within(detail, proposal) for detail in details)
            if names_all and sums <= set(amounts(proposal)):
                return True
            if is_yes:
                return False
        used_up = max((turn for turn in writes if turn < index), default=-1)
    return False


def _said_before(messages: Sequence[Message], index: int) -> str:
    """Return what the agent said since the user's message before this one."""
    said: list[str] = []
    for message in reversed(messages[:index]):
        if message.content and not message.tool_calls:
            if message.role == "user":
                break
            if message.role == "assistant":
                said.insert(0, message.content)
    return folded(" ".join(said))


def _details(arguments: Mapping[str, JsonValue]) -> Iterator[str]:
    for key, value in arguments.items():
        if key not in _OWN_ID:
            yield from _numbered(value)


def _sums(value: JsonValue) -> Iterator[int]:
    """Yield the amounts of money in a call, in cents."""
    if isinstance(value, list):
        for inner in value:
            yield from _sums(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            is_sum = key == _SUM and isinstance(inner, int | float) and inner is not True
            yield from [_cents(cast("float", inner))] if is_sum else _sums(inner)


def _cents(amount: float) -> int:
    """Return an amount in cents; one that nobody can name is -1."""
    return round(amount * 100) if abs(amount) < _LARGEST else -1


def _numbered(value: JsonValue) -> Iterator[str]:
    """Yield the texts with a digit in them, as ids, streets and dates have, and codes of letters."""
    if isinstance(value, str):
        if any(letter.isdigit() for letter in value) or _CODE.fullmatch(value):
            yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _numbered(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _numbered(inner)


def _within(wanted: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", words) is not None
