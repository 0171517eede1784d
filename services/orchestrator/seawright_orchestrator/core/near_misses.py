"""Near misses: values that a hasty agent confuses with the right one, taken from what it read."""

import random
import re
from collections.abc import Sequence

from pydantic import JsonValue

TOKEN = re.compile(r"[#\w][\w.-]*")


def shape(text: str) -> str:
    """Return the form of an identifier: `#W1234567` is `#A9`, `credit_card_12` is `credit_card_9`.

    Words are kept where an underscore joins them, so that a card is not taken for a gift card.
    """
    form = re.sub(r"\d+", "9", text)
    return form if "_" in form else re.sub(r"[A-Za-z]+", "A", form)


def near_miss(value: JsonValue, seen: Sequence[str], rng: random.Random) -> JsonValue:
    """Return another value of the same shape from the texts seen, or None where there is none.

    Of a list, one element is exchanged. Words without a digit have no near miss: they are not ids.
    """
    if isinstance(value, list):
        for index in rng.sample(range(len(value)), len(value)):
            other = near_miss(value[index], seen, rng)
            if other is not None and other not in value:
                return [*value[:index], other, *value[index + 1 :]]
        return None
    if not isinstance(value, str) or not re.search(r"\d", value):
        return None
    form, size = shape(value), len(value)
    others = {
        token
        for text in seen
        for token in TOKEN.findall(text)
        if token != value and len(token) == size and shape(token) == form
    }
    return rng.choice(sorted(others)) if others else None
