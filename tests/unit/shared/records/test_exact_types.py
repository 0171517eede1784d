"""Booleans, numbers and text in bodies are told apart as JSON Schema tells them."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from seawright_shared.contracts.pages import Page
from seawright_shared.records.base import Record, Request, Scalar
from seawright_shared.records.specs import AlgorithmSpec


class Part(Record):
    """A record that holds itself."""

    count: int = 0
    parts: list["Part"] = []


class Whole(Request):
    """One field of each kind that the wire has."""

    count: int = Field(default=1, ge=0, le=9)
    share: float | None = None
    is_solo: bool = False
    counts: list[int] = []
    pair: tuple[int, float] = (1, 2.0)
    many: tuple[int, ...] = ()
    weights: dict[int, float] = {}
    value: Scalar = None
    free: JsonValue = None
    part: Part | None = None
    either: Annotated[int, Field(gt=0)] | str = 1
    pages: Page[int] | None = None


WRONG: dict[str, tuple[dict[str, object], tuple[str | int, ...]]] = {
    "a boolean for an integer": ({"count": True}, ("count",)),
    "text for an integer": ({"count": "7"}, ("count",)),
    "half an integer": ({"count": 7.5}, ("count",)),
    "a boolean for a number": ({"share": True}, ("share",)),
    "text for a number": ({"share": "1.5"}, ("share",)),
    "a number for a boolean": ({"is_solo": 1}, ("is_solo",)),
    "text for a boolean": ({"is_solo": "true"}, ("is_solo",)),
    "a boolean in a list": ({"counts": [1, True]}, ("counts", 1)),
    "a boolean in a pair": ({"pair": [True, 1]}, ("pair", 0)),
    "text in a tuple": ({"many": [1, "2"]}, ("many", 1)),
    "a boolean in a mapping": ({"weights": {"1": True}}, ("weights", "1")),
    "a boolean within": ({"part": {"parts": [{"count": True}]}}, ("part", "parts", 0, "count")),
    "a boolean in a union": ({"either": True}, ("either", "int")),
    "a boolean in a generic": ({"pages": {"data": [True]}}, ("pages", "data", 0)),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_type_is_refused_by_the_name_of_its_field(name: str):
    body, place = WRONG[name]
    with pytest.raises(ValidationError) as raised:
        Whole.model_validate(body)
    assert raised.value.errors()[0]["loc"] == place


def test_what_json_schema_takes_is_taken():
    body = {
        "count": 7.0,
        "share": 1,
        "is_solo": True,
        "counts": [1, 2.0],
        "pair": [1, 2],
        "weights": {"1": 2},
        "either": "5",
    }
    whole = Whole.model_validate(body)
    assert (whole.count, whole.share, whole.is_solo) == (7, 1.0, True)
    assert (whole.counts, whole.pair, whole.weights) == ([1, 2], (1, 2.0), {1: 2.0})
    assert whole.either == "5"


@given(st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.none()))
def test_a_scalar_stays_what_it_was(value: Scalar):
    read = Whole.model_validate({"value": value, "free": value})
    assert (type(read.value), type(read.free)) == (type(value), type(value))
    assert (read.value, read.free) == (value, value)


def test_the_schema_says_what_it_said():
    fields = Whole.model_json_schema()["properties"]
    assert fields["count"] == {
        "default": 1,
        "maximum": 9,
        "minimum": 0,
        "title": "Count",
        "type": "integer",
    }
    assert fields["either"]["anyOf"] == [
        {"exclusiveMinimum": 0, "type": "integer"},
        {"type": "string"},
    ]


def test_parameters_of_routes_are_read_from_text_as_before():
    assert TypeAdapter(Annotated[int, Field(ge=1)]).validate_python("7") == 7


def test_a_model_with_validators_of_its_own_around_it_is_as_exact():
    with pytest.raises(ValidationError) as refusal:
        AlgorithmSpec.model_validate({"max_staleness": False, "clip_low": "0.2"})
    found = {(error["loc"], error["type"]) for error in refusal.value.errors()}
    assert found == {(("max_staleness",), "int_type"), (("clip_low",), "float_type")}
