"""Laws of the stage: what is played there ends as on a fresh world, and is executed once."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from seawright_environment.core.selftest_scripts import doing, play
from seawright_environment.core.stages import Stage
from seawright_environment.core.state import State
from seawright_environment.core.toolkits import Tool, Toolkit
from seawright_environment.core.world import Base, World
from seawright_shared.records.messages import Message, ToolCall
from tests.unit.environment.core.test_partial_orders import pool
from tests.unit.environment.shops import open_world


def calls() -> list[tuple[str, dict[str, JsonValue]]]:
    """Return writes that hinder one another, reads between them, and calls that are refused."""
    writes = [(action.name, dict(action.arguments)) for action in pool()]
    orders = {str(arguments["order_id"]) for _, arguments in writes}
    reads: list[tuple[str, dict[str, JsonValue]]] = [
        ("get_order_details", {"order_id": order}) for order in sorted(orders)
    ]
    return [*writes, *reads, ("no_such_tool", {}), ("get_order_details", {"order_id": 7})]


def transcript(numbers: list[int]) -> list[Message]:
    made = calls()
    return [
        doing(ToolCall(id=str(place), name=name, arguments=arguments))
        for place, (name, arguments) in enumerate(made[number % len(made)] for number in numbers)
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), max_size=6), min_size=1, max_size=6))
def test_transcripts_end_as_on_a_fresh_world_whatever_was_played_before(plays: list[list[int]]):
    start = open_world()
    stage = Stage.of(start)
    for numbers in plays:
        messages = transcript(numbers)
        alone, staged = play(start, messages), stage.play(messages)
        assert staged.calls == alone.calls
        assert staged.diff == alone.diff
        assert staged.world.state_hash() == alone.world.state_hash()


def counting(base: Base, counted: list[str]) -> Base:
    """Return the base with tools that write down that they ran."""

    def watched(tool: Tool) -> Tool:
        def run(state: State, *arguments: JsonValue) -> str:
            counted.append(tool.name)
            return tool.run(state, *arguments)

        return replace(tool, run=run)

    kit = base.content.toolkit
    tools = {name: watched(tool) for name, tool in kit.tools.items()}
    watching = Toolkit(label=kit.label, tools=tools)
    return Base(content=replace(base.content, toolkit=watching), database=base.database)


def test_a_call_is_executed_once_per_state_and_again_after_a_write():
    counted: list[str] = []
    base = counting(open_world().base, counted)
    stage = Stage.of(World.open(base))
    write, read = transcript([0]), transcript([len(pool())])
    stage.play([*read, *read, *write, *read])
    assert len(counted) == 3, "the second look is the first one's"
    stage.play([*read, *write, *read])
    assert len(counted) == 3


def test_the_same_arguments_in_another_order_are_another_call():
    counted: list[str] = []
    stage = Stage.of(World.open(counting(open_world().base, counted)))
    (message,) = transcript([0])
    assert message.tool_calls
    call = message.tool_calls[0]
    turned = call.model_copy(update={"arguments": dict(reversed(call.arguments.items()))})
    stage.play([message])
    stage.play([doing(turned)])
    assert len(counted) == 2
