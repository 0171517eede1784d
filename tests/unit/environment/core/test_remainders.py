"""Whatever a record tells of a document, the document comes back as it was."""

import json

from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.remainders import Remainder, remainder, restored

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from("abcdef"), JSON, max_size=6)


@given(OBJECTS, OBJECTS)
def test_a_document_comes_back_in_its_order_whatever_the_record_tells(document, told):
    rest = Remainder.model_validate_json(remainder(document, told).model_dump_json())
    assert json.dumps(restored(told, rest)) == json.dumps(document)


@given(OBJECTS)
def test_what_the_record_tells_is_not_kept_twice(document):
    assert remainder(document, document).values == {}


def test_numbers_that_compare_equal_are_kept_apart():
    rest = remainder({"a": 1, "b": True}, {"a": 1.0, "b": 1})
    assert rest.values == {"a": 1, "b": True}
