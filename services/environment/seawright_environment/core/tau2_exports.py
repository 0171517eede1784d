"""Our own tasks as tau2-bench's task documents, which its evaluation scores as our checker does.

What changes the state is scored by the final databases (DB), what must be said by COMMUNICATE,
and a call that proves an outcome without a change by ACTION, so that doing nothing scores 0.
A task that tau2-bench would score wrongly is refused: where its gold ends in other databases than
the right episode, ACTION alone would reward calls that fail, or come in the wrong order or from
the wrong party, and any damage beside them.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, copied
from seawright_environment.core.patches import diff_states
from seawright_environment.core.replay import open_task
from seawright_environment.core.sides import USER_TABLE
from seawright_environment.core.tau2_documents import read_document
from seawright_environment.core.tau2_evaluation import run_gold
from seawright_environment.core.world import Base
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.checkers import CalledItem, CheckerSpec, SaidItem
from seawright_shared.records.tasks import Fact, GoldenAction, PatchOp, Scenario, Task

_WHEN: Mapping[str, str] = {
    "upfront": "",
    "on_ask": "Only if asked: ",
    "after_refusal": "Only after a refusal: ",
}


def export_task(base: Base, task: Task, *, is_scored: bool = True) -> JsonObject:
    """Return a tau2-bench task document that says the same.

    Raises `InvalidRequestError` where the start state cannot be said in tau2-bench's form, or
    its final state cannot be scored there; a document that is only compared may end so.
    """
    if task.initial_patch and base.content.is_two_sided:
        raise _not_expressible(
            task, "/initial_patch", "tau2-bench merges data into one database for both parties"
        )
    document = _document(base, task)
    if is_scored and base.content.is_two_sided and not _is_gold_right(base, task, document):
        raise _not_expressible(
            task,
            "/golden_actions",
            "tau2-bench runs gold without carrying its changes over to the other party",
        )
    return document


def _is_gold_right(base: Base, task: Task, document: JsonObject) -> bool:
    """Whether tau2-bench's gold ends where the right episode does."""
    right = open_task(base, task)
    for action in task.golden_actions:
        right.call(action.requestor, action.name, action.arguments)
    return not diff_states(run_gold(base, read_document(document)).state, right.state)


def _document(base: Base, task: Task) -> JsonObject:
    return {
        "id": task.id,
        "description": {"purpose": _purpose(task), "relevant_policies": None, "notes": None},
        "user_scenario": {
            "persona": task.scenario.persona or None,
            "instructions": _instructions(task.domain, task.scenario),
        },
        "ticket": None,
        "initial_state": _initial_state(task),
        "evaluation_criteria": _criteria(base, task),
    }


def _not_expressible(task: Task, pointer: str, detail: str) -> InvalidRequestError:
    wrong = FieldError(pointer=pointer, code="not-expressible", detail=detail)
    return InvalidRequestError(f"task {task.id}: {detail}", errors=[wrong])


def _purpose(task: Task) -> str | None:
    if not task.goal_types:
        return None
    return f"{', '.join(task.goal_types)}: {task.outcome}"


def _instructions(domain: str, scenario: Scenario) -> JsonObject:
    told = [_known(fact) for fact in scenario.facts if fact.when in _WHEN]
    wishes = [
        f"{number}. {wish.text}" if len(scenario.wishes) > 1 else wish.text
        for number, wish in enumerate(scenario.wishes, 1)
    ]
    return {
        "domain": domain,
        "reason_for_call": scenario.opening,
        "known_info": "\n".join(told) or None,
        "unknown_info": "\n".join(scenario.unknowns) or None,
        "task_instructions": "\n".join(wishes),
    }


def _known(fact: Fact) -> str:
    return f"{_WHEN[fact.when]}{fact.text}"


def _initial_state(task: Task) -> JsonObject | None:
    if not task.initial_patch and not task.initial_calls:
        return None
    actions: list[JsonValue] = [
        {"env_type": call.requestor, "func_name": call.name, "arguments": call.arguments}
        for call in task.initial_calls
    ]
    return {
        "initialization_data": _merged(task),
        "initialization_actions": actions or None,
        "message_history": None,
    }


def _merged(task: Task) -> JsonObject | None:
    """Return the patch as the nested objects that tau2-bench merges into its databases."""
    sides: dict[str, JsonObject] = {"agent_data": {}, "user_data": {}}
    for index, operation in enumerate(task.initial_patch):
        if not _lay_over(sides, operation):
            raise _not_expressible(
                task,
                f"/initial_patch/{index}",
                "tau2-bench merges objects: it can neither delete nor change one item of a list",
            )
    if not task.initial_patch:
        return None
    return {side: merged or None for side, merged in sides.items()}


def _lay_over(sides: dict[str, JsonObject], operation: PatchOp) -> bool:
    """Lay one operation over the sides' objects; False where it is none of objects."""
    path = operation.path
    if operation.op == "del" or not all(isinstance(step, str) for step in path) or len(path) < 2:
        return False
    of_user = path[0] == USER_TABLE
    here = sides["user_data" if of_user else "agent_data"]
    steps = [str(step) for step in (path[1:] if of_user else path)]
    for step in steps[:-1]:
        inner = here.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
        here = inner
    here[steps[-1]] = copied(operation.value)
    return True


def _criteria(base: Base, task: Task) -> JsonObject:
    checker = task.checker or CheckerSpec()
    called = [named for item in checker.called if (named := _named(task, item)) is not None]
    evidence = [
        (
            item,
            _action(
                GoldenAction(id=f"call_{index}", name=item.name, arguments=item.arguments),
                [*item.arguments] if item in checker.called else [],
            ),
        )
        for index, item in enumerate(called)
        if not any(_proves(action, item) for action in task.golden_actions)
    ]
    actions: list[JsonValue] = [
        *(action for item, action in evidence if _is_read(base, item)),
        *(_action(action, _compared(action, called)) for action in task.golden_actions),
        *(action for item, action in evidence if not _is_read(base, item)),
    ]
    said = [text for item in checker.said if (text := _said(item)) is not None]
    free = [item for item in checker.said if item.role == "assistant" and _said(item) is None]
    basis: list[JsonValue] = ["DB"]
    basis += ["COMMUNICATE"] if said else []
    basis += ["ACTION"] if called else []
    return {
        "actions": actions,
        "env_assertions": None,
        "communicate_info": [*said],
        "nl_assertions": [_assertion(item) for item in free] or None,
        "reward_basis": basis,
    }


def _is_read(base: Base, item: CalledItem) -> bool:
    """Whether a call only reads: it comes before the writes, which may change what it names."""
    tool = base.content.toolkit.tools.get(item.name)
    return tool is not None and tool.kind == "read"


def _named(task: Task, item: CalledItem) -> CalledItem | None:
    """Return evidence under one tool's name: of several that would do, the solution's.

    tau2-bench knows no wildcards, and without evidence an idle agent is rewarded.
    """
    if "*" not in item.name:
        return item
    if task.solution is None:
        return None
    reads = [call for step in task.solution.steps for call in step.reads]
    for call in [*task.solution.identify, *reads]:
        if fnmatchcase(call.name, item.name):
            return item.model_copy(update={"name": call.name, "arguments": call.arguments})
    return None


def _action(action: GoldenAction, compared: Sequence[str] | None) -> JsonObject:
    return {
        "action_id": action.id,
        "requestor": action.requestor,
        "name": action.name,
        "arguments": action.arguments,
        "info": None,
        "compare_args": None if compared is None else [*compared],
    }


def _compared(action: GoldenAction, called: Sequence[CalledItem]) -> list[str] | None:
    """Return the arguments that ACTION compares: none of a write, which DB already decides."""
    if action.compare_args is not None or not called:
        return action.compare_args
    nothing: list[str] = []
    return next(([*item.arguments] for item in called if _proves(action, item)), nothing)


def _proves(action: GoldenAction, item: CalledItem) -> bool:
    given = action.arguments
    return action.name == item.name and all(
        key in given and given[key] == value for key, value in item.arguments.items()
    )


def _said(item: SaidItem) -> str | None:
    """Return the text that an assistant's message must hold, as tau2-bench compares.

    tau2-bench drops the commas of the message and not of the text. The shortest decimal form
    of an amount begins every other: `12.5` is in `$12.50`.
    """
    if item.role != "assistant":
        return None
    if item.text is not None:
        return item.text.replace(",", "")
    if item.cents is not None:
        whole, part = divmod(item.cents, 100)
        return f"{whole}.{part:02}".rstrip("0").rstrip(".")
    return item.any_of[0].replace(",", "") if len(item.any_of) == 1 else None


def _assertion(item: SaidItem) -> str:
    return "The agent says one of: " + "; ".join(item.any_of)


def split_document(train: Sequence[str], test: Sequence[str]) -> dict[str, list[str]]:
    """Return tau2-bench's split file: `base` is train and test together."""
    return {"train": [*train], "test": [*test], "base": [*train, *test]}
