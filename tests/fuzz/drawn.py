"""Bytes that parsers should not meet: noise, good documents cut about, and odd values in them."""

import json
from collections.abc import Callable, Sequence
from typing import cast

from hypothesis import strategies as st
from pydantic import JsonValue

MARK = "@odd@"
ODD_TEXTS = (
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "-0.0",
    "1.5",
    "NaN",
    "9" * 30,
    "9" * 5000,
    '""',
    '"\\u0000"',
    '"\\ud800"',
    '"2026-13-45T99:00:00Z"',
    '"../../etc/passwd"',
    "[]",
    "{}",
    "[[]]",
    '{"": null}',
    "[" * 70 + "]" * 70,
    "[" * 5000 + "]" * 5000,
    '{"a":' * 2000 + "1" + "}" * 2000,
)
"""JSON, or nearly: what stands in the place of one value."""
ODD_VALUES = (
    None,
    True,
    -1,
    2**63,
    -(2**63),
    10**15,
    float("nan"),
    float("inf"),
    "",
    "\0",
    b"",
    b"\xff" * 7,
    [],
    {},
    [[]] * 3,
    [None],
    [-1],
    [10**9, 10**9],
    {b"\xff": 1},
)
"""What MessagePack can say in the place of one value."""


def noise(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Draw plain noise, or one of the documents with a few places changed."""
    return st.one_of(st.binary(max_size=300), _cut(seeds))


def odd_json(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Draw one of the JSON documents with an odd value in the place of one of its own."""

    @st.composite
    def draw_one(draw: st.DrawFn) -> bytes:
        document = json.loads(draw(st.sampled_from(seeds)))
        text = draw(st.sampled_from(ODD_TEXTS))
        changed = _replaced(draw, document, MARK)
        return json.dumps(changed).replace(f'"{MARK}"', text).encode()

    return draw_one()


def odd_plain(plain: object, encode: Callable[[object], bytes]) -> st.SearchStrategy[bytes]:
    """Draw a plain value with an odd one in one place, encoded."""

    @st.composite
    def draw_one(draw: st.DrawFn) -> bytes:
        odd = draw(st.sampled_from(ODD_VALUES))
        return encode(_replaced(draw, plain, odd))

    return draw_one()


def _cut(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    @st.composite
    def draw_one(draw: st.DrawFn) -> bytes:
        document = bytearray(draw(st.sampled_from(seeds)))
        for _ in range(draw(st.integers(0, 3))):
            start = draw(st.integers(0, len(document)))
            end = draw(st.integers(start, min(len(document), start + 12)))
            document[start:end] = draw(st.binary(max_size=6))
        return bytes(document)

    return draw_one()


def _replaced(draw: st.DrawFn, value: object, odd: object) -> object:
    """Return a copy with the odd value in one place: on the way down, a coin says when."""
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        inner = cast("dict[str, JsonValue]", value)
        key = draw(st.sampled_from(sorted(inner)))
        return {**inner, key: _replaced(draw, inner[key], odd)}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        items = cast("list[JsonValue]", value)
        place = draw(st.integers(0, len(items) - 1))
        return [*items[:place], _replaced(draw, items[place], odd), *items[place + 1 :]]
    return odd
