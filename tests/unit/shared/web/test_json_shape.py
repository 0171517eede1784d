"""What no route has to think of is refused by its place, and all else passes."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from seawright_shared.errors import InvalidRequestError
from seawright_shared.web.json_shape import MAX_DEPTH, MAX_DIGITS, MAX_MEMBERS, check_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**60), 10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_ordinary_json_passes(value: JsonValue, is_ascii: bool):
    check_json(json.dumps(value, ensure_ascii=is_ascii).encode())


ODD = st.sampled_from(
    [
        ("NaN", "not-finite"),
        ("-Infinity", "not-finite"),
        ("1e999", "not-finite"),
        ("-1E+400", "not-finite"),
        (r'"\ud83d"', "not-unicode"),
        ("7" * (MAX_DIGITS + 1), "too-long"),
        ('{"a": 1, "a": 1}', "repeated-key"),
    ]
)


@given(st.lists(TEXT, min_size=1, max_size=5), ODD)
def test_what_is_odd_is_named_by_its_pointer(path: list[str], odd: tuple[str, str]):
    content, code = odd
    for key in reversed(path):
        content = f"{{{json.dumps(key)}: {content}}}"
    with pytest.raises(InvalidRequestError) as caught:
        check_json(content.encode())
    error = caught.value.errors[0]
    pointer = "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)
    if code == "repeated-key":
        pointer += "/a"
    assert (error.code, error.pointer) == (code, pointer)


@given(st.integers(1, 2 * MAX_DEPTH))
def test_depth_is_bounded_whatever_stands_in_strings(depth: int):
    body = b"[" * depth + json.dumps('[[[{{"' * 50).encode() + b"]" * depth
    if depth <= MAX_DEPTH:
        check_json(body)
        return
    with pytest.raises(InvalidRequestError) as caught:
        check_json(body)
    assert caught.value.errors[0].code == "too-deep"


def test_an_integer_may_be_as_long_as_the_limit():
    check_json(b"9" * MAX_DIGITS)
    assert math.log10(int("9" * MAX_DIGITS)) > 300


def test_members_are_counted_over_the_whole_body_and_not_in_strings():
    check_json(json.dumps(":" * (MAX_MEMBERS + 1)).encode())
    with pytest.raises(InvalidRequestError) as caught:
        check_json(b"[" + b'{"a" :0},' * MAX_MEMBERS + b'{"a":0}]')
    assert caught.value.errors[0].code == "too-many-members"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_other_encodings_than_utf_8_are_refused(encoding: str):
    with pytest.raises(InvalidRequestError) as caught:
        check_json('{"name": "\u00e9"}'.encode(encoding))
    assert caught.value.errors[0].code == "not-utf-8"


@pytest.mark.parametrize("body", [b"", b"{", b"call_id=1", b'{"a": 01}', b'"' + b"\\" * 9])
def test_what_is_no_json_is_left_to_the_route(body: bytes):
    check_json(body)
