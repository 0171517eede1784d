"""Message documents of tau2-bench: read, flattened, and written back as they were."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.tau2_messages import (
    import_messages,
    message_remainders,
    restored_messages,
)
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message

CALL: dict[str, Any] = {"id": "c1", "name": "look", "arguments": {"x": 1}, "requestor": "user"}
EXTRAS = st.dictionaries(
    st.sampled_from(["timestamp", "cost", "usage", "turn_idx", "raw_data"]),
    st.none()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dictionaries(st.text(max_size=2), st.integers()),
)
SPOKEN = st.fixed_dictionaries(
    {"role": st.sampled_from(["assistant", "user", "system"])},
    optional={
        "content": st.none() | st.text(max_size=5),
        "tool_calls": st.sampled_from([None, [], [CALL], [{**CALL, "index": 0}]]),
    },
)
ANSWER = st.fixed_dictionaries(
    {"role": st.just("tool"), "id": st.sampled_from(["c1", "c2"])},
    optional={
        "content": st.none() | st.text(max_size=5),
        "requestor": st.sampled_from(["user", "assistant"]),
        "error": st.booleans(),
    },
)
PLAIN = st.tuples(SPOKEN | ANSWER, EXTRAS).map(lambda pair: {**pair[1], **pair[0]})
WRAPPED = st.lists(ANSWER, max_size=3).map(lambda found: {"role": "tool", "tool_messages": found})


@given(st.lists(PLAIN | WRAPPED, max_size=6))
def test_any_documents_come_back_as_they_were(documents: list[dict[str, Any]]):
    messages = import_messages(documents)
    stored = [Message.model_validate_json(message.model_dump_json()) for message in messages]
    again = restored_messages(stored, message_remainders(documents))
    assert json.dumps(again) == json.dumps(documents)


def test_wrapped_answers_become_one_message_each():
    answers: list[Any] = [{"role": "tool", "id": f"c{i}", "content": "ok"} for i in range(2)]
    found = import_messages([{"role": "tool", "tool_messages": answers}])
    assert [(message.role, message.tool_call_id) for message in found] == [
        ("tool", "c0"),
        ("tool", "c1"),
    ]


def test_an_empty_list_of_calls_is_still_a_tool_call():
    found = import_messages([{"role": "assistant", "content": "x", "tool_calls": []}])
    assert found[0].tool_calls == []


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"role": "robot", "content": "x"}, "/messages/0/role"),
        ({"role": "user", "tool_calls": [{"arguments": {}}]}, "/messages/0/tool_calls/0/name"),
        ({"role": "tool", "tool_messages": "x"}, "/messages/0/tool_messages"),
        ({"role": "tool", "tool_messages": [{"role": 1}]}, "/messages/0/tool_messages/0/role"),
    ],
)
def test_a_wrong_field_is_named(document: dict[str, Any], pointer: str):
    with pytest.raises(InvalidRequestError) as caught:
        import_messages([document])
    assert [error.pointer for error in caught.value.errors] == [pointer]
