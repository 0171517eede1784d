from pydantic import JsonValue

from seawright_orchestrator.core.synthesis.identities import (
    draft_key,
    names_forbidden,
    sequence,
)
from seawright_shared.records.contamination import benchmark_names
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import (
    GoldenAction,
    Scenario,
    Solution,
    SolutionStep,
    Task,
)
from tests.unit.orchestrator.core.synthesis.builders import DATABASE, draft


def test_wording_does_not_make_a_wish_new_but_its_customer_and_arguments_do():
    reworded = draft(1).model_copy(update={"id": "x", "persona": "brief", "disclosure": "on_ask"})
    assert draft_key(reworded) == draft_key(draft(1))
    assert draft_key(draft(1, customer="other")) != draft_key(draft(1))
    assert draft_key(draft(2, customer="c1")) != draft_key(draft(1))


def test_a_name_is_found_wherever_the_draft_says_it():
    assert names_forbidden(draft(1), frozenset({"c1"})) == "c1"
    assert names_forbidden(draft(1), frozenset({"#1-0"})) == "#1-0"
    assert names_forbidden(draft(1), frozenset({"c2", "1-0"})) is None
    goal = draft(1).goals[0].model_copy(update={"arguments": {"items": [{"id": "deep"}]}})
    deep = draft(1).model_copy(update={"goals": [goal]})
    assert names_forbidden(deep, frozenset({"deep"})) == "deep"


def test_a_sequence_is_what_a_right_agent_calls_reads_included():
    task = Task(
        id="t",
        domain="toy",
        database=DATABASE,
        scenario=Scenario(persona="plain", opening="", wishes=[]),
        golden_actions=[GoldenAction(id="0", name="cancel", arguments={})],
    )
    assert sequence(task) == ("cancel",)
    step = SolutionStep(
        reads=[ToolCall(id="2", name="get")], writes=[ToolCall(id="3", name="cancel")], report=""
    )
    solution = Solution(ask_identity="", identify=[ToolCall(id="1", name="find")], steps=[step])
    solved = task.model_copy(update={"solution": solution})
    assert sequence(solved) == ("find", "get", "cancel")


def test_a_benchmark_reserves_its_people_and_orders_but_not_the_goods():
    arguments: dict[str, JsonValue] = {
        "order_id": "#W1",
        "user_id": "ann",
        "item_ids": ["7"],
        "product_id": "8",
    }
    task = Task(
        id="t",
        domain="toy",
        database=DATABASE,
        customer_id="bob",
        scenario=Scenario(persona="plain", opening="", wishes=[]),
        golden_actions=[GoldenAction(id="0", name="cancel", arguments=arguments)],
    )
    assert benchmark_names([task]) == {"#W1", "ann", "bob"}
