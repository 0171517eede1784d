"""tau2-bench's task documents: what evaluation reads of them, and how they become tasks."""

from typing import Literal

from pydantic import JsonValue, TypeAdapter, ValidationError

from seawright_environment.core.json_values import JsonObject
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.base import Record, content_id
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Requestor
from seawright_shared.records.tasks import (
    EnvironmentCall,
    Fact,
    GoldenAction,
    Scenario,
    Task,
    Wish,
)

Basis = Literal["DB", "ENV_ASSERTION", "NL_ASSERTION", "ACTION", "COMMUNICATE"]


class Tau2Call(Record):
    """A call outside the dialogue; an assertion when `assert_value` is compared."""

    env_type: Requestor
    func_name: str
    arguments: dict[str, JsonValue] = {}
    assert_value: bool = True


class Tau2Action(Record):
    """One golden action."""

    action_id: str
    requestor: Requestor = "assistant"
    name: str
    arguments: dict[str, JsonValue]
    compare_args: list[str] | None = None


class Tau2Criteria(Record):
    """What an episode is evaluated by; the reward is the product over `reward_basis`."""

    actions: list[Tau2Action] | None = None
    env_assertions: list[Tau2Call] | None = None
    communicate_info: list[str] | None = None
    nl_assertions: list[str] | None = None
    reward_basis: list[Basis] = ["DB", "COMMUNICATE"]


class Tau2InitialState(Record):
    """What happens before the first turn."""

    initialization_data: dict[str, JsonValue] | None = None
    initialization_actions: list[Tau2Call] | None = None
    message_history: list[dict[str, JsonValue]] | None = None


class Tau2Instructions(Record):
    """What the simulated user is told."""

    reason_for_call: str = ""
    known_info: str | None = None
    unknown_info: str | None = None
    task_instructions: str = ""


class Tau2Scenario(Record):
    """The user's part of a task."""

    persona: str | None = None
    instructions: Tau2Instructions | str


class Tau2Document(Record):
    """The parts of a task document that are read here; the rest is kept in `Task.tau2`."""

    id: str
    user_scenario: Tau2Scenario
    initial_state: Tau2InitialState | None = None
    evaluation_criteria: Tau2Criteria | None = None


def read_document(document: JsonValue, pointer: str = "/task/tau2") -> Tau2Document:
    """Return the document's parts, or raise `InvalidRequestError` naming what is wrong where."""
    try:
        return Tau2Document.model_validate(document)
    except ValidationError as error:
        wrong = [
            FieldError(
                pointer="/".join([pointer, *map(str, each["loc"])]),
                code=f"tau2-{each['type']}",
                detail=each["msg"],
            )
            for each in error.errors()
        ]
        raise InvalidRequestError("not a tau2-bench task", errors=wrong) from error


def import_task(document: JsonObject, database: DatabaseRef, pointer: str = "/task/tau2") -> Task:
    """Return the task; `Task.tau2` keeps the document whole.

    The scenario tells the user's instructions in tau2-bench's words. What gold changes is not
    known before it is run: `final_patch` is left empty here.
    """
    parts = read_document(document, pointer)
    criteria = parts.evaluation_criteria or Tau2Criteria()
    start = parts.initial_state or Tau2InitialState()
    task = Task(
        id="",
        domain=database.domain,
        database=database,
        scenario=_scenario(parts.user_scenario),
        initial_calls=[
            EnvironmentCall(requestor=c.env_type, name=c.func_name, arguments=c.arguments)
            for c in start.initialization_actions or []
        ],
        golden_actions=[
            GoldenAction(
                id=action.action_id,
                name=action.name,
                arguments=action.arguments,
                requestor=action.requestor,
                compare_args=action.compare_args,
            )
            for action in criteria.actions or []
        ],
        tau2=document,
    )
    return with_id(task)


def with_id(task: Task) -> Task:
    """Return the task under the id that its content makes."""
    content: JsonObject = TypeAdapter(JsonObject).validate_python(task.model_dump(mode="json"))
    del content["id"]
    return task.model_copy(update={"id": content_id("task", content)})


def _scenario(scenario: Tau2Scenario) -> Scenario:
    told = scenario.instructions
    if isinstance(told, str):
        return Scenario(persona=scenario.persona or "", opening=told, wishes=[Wish(text=told)])
    facts = [Fact(key="known", text=told.known_info, when="upfront")] if told.known_info else []
    return Scenario(
        persona=scenario.persona or "",
        opening=told.reason_for_call,
        wishes=[Wish(text=told.task_instructions)],
        facts=facts,
        unknowns=[told.unknown_info] if told.unknown_info else [],
    )
