"""Calls are bound to tools as tau2-bench binds them, with its words."""

from typing import Any

import pytest

from seawright_environment.core.state import Database, State
from seawright_environment.core.toolkits import Tool, Toolkit, run_tool

STATE = State(Database(name="t", tables={}, has_text_hash=True))
KIT = Toolkit(
    label="Kit",
    tools={
        "join": Tool(
            name="join",
            kind="read",
            description="",
            parameters={"first": {}, "second": {}, "third": {}},
            run=lambda state, first, second, third: f"{first}{second}{third}",
        )
    },
)


def test_arguments_reach_the_tool_by_name_in_its_order():
    assert run_tool(KIT, STATE, "join", {"third": "c", "first": "a", "second": "b"}) == "abc"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"first": 1, "second": 2}, "Kit.join() missing 1 required positional argument: 'third'"),
        (
            {"first": 1},
            "Kit.join() missing 2 required positional arguments: 'second' and 'third'",
        ),
        ({}, "Kit.join() missing 3 required positional arguments: 'first', 'second', and 'third'"),
        ({"fourth": 1}, "Kit.join() got an unexpected keyword argument 'fourth'"),
        (
            {"tool_name": 1, "fourth": 1},
            "Environment.make_tool_call() got multiple values for argument 'tool_name'",
        ),
        ({"self": 1}, "Environment.make_tool_call() got multiple values for argument 'self'"),
        (
            {"self": 1, "requestor": 1},
            "tau2.environment.environment.Environment.make_tool_call() "
            "got multiple values for keyword argument 'requestor'",
        ),
    ],
)
def test_a_call_that_does_not_fit_is_told_so_in_pythons_words(arguments: dict[str, Any], text: str):
    with pytest.raises(TypeError) as refusal:
        run_tool(KIT, STATE, "join", arguments)
    assert str(refusal.value) == text


def test_an_unknown_tool_and_an_absent_kit_are_named():
    with pytest.raises(ValueError, match="Tool 'nope' not found"):
        run_tool(KIT, STATE, "nope", {})
    with pytest.raises(ValueError, match="User tools not available"):
        run_tool(None, STATE, "join", {})
