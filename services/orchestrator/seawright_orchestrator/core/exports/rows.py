"""Rows of an export, made from records."""

import json
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, JsonValue

from seawright_orchestrator.core.dataset_figures import reason_of
from seawright_orchestrator.core.exports.columns import Row
from seawright_orchestrator.core.synthesis.identities import sequence
from seawright_shared.contracts.orchestrator import RejectedDraft
from seawright_shared.records.datasets import Dialogue, Preference
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, Role, ToolCall, ToolSchema
from seawright_shared.records.tasks import Task

OTHER: dict[Role, Role] = {"user": "assistant", "assistant": "user"}


def task_row(task: Task) -> Row:
    """Return a row of `tasks`."""
    scenario = task.scenario
    return {
        "id": task.id,
        "domain": task.domain,
        "customer_id": task.customer_id,
        "outcome": task.outcome,
        "goal_types": [*task.goal_types],
        "tier": task.tier,
        "pair": task.pair,
        "policy_rules": [*task.policy_rules],
        "dual_control": task.dual_control,
        "disclosure": scenario.disclosure,
        "reference": scenario.reference,
        "persona": scenario.persona,
        "opening": scenario.opening,
        "wishes": [wish.text for wish in scenario.wishes],
        "tool_sequence": [*sequence(task)],
        "golden_actions": _plain([_dumped(action) for action in task.golden_actions]),
        "document": _plain(_dumped(task)),
    }


def checker_row(task: Task) -> Row:
    """Return a row of `checkers`; a task without a checker has an empty spec."""
    test = task.selftest
    kills = test.kills if test is not None else []
    return {
        "task_id": task.id,
        "domain": task.domain,
        "spec": "" if task.checker is None else _plain(_dumped(task.checker)),
        "is_tested": test is not None,
        "is_ok": test is not None and test.ok,
        "mutants": sum(row.mutants for row in kills),
        "killed": sum(row.killed for row in kills),
        "false_rejects": test.false_rejects if test is not None else 0,
        "kills": _plain([_dumped(row) for row in kills]),
    }


def rl_row(task: Task, document: Row) -> Row:
    """Return a row of `rl_tasks` of a task's document in tau2-bench's form."""
    return {
        "id": document.get("id"),
        "domain": task.domain,
        **{
            name: None if document.get(name) is None else _plain(document[name])
            for name in ("description", "user_scenario", "initial_state", "evaluation_criteria")
        },
        "ticket": document.get("ticket"),
        "db_path": f"databases/{database_name(task.database)}/db.json",
    }


def database_name(ref: DatabaseRef) -> str:
    """Return the folder of a database: equal databases have equal names."""
    if ref.source == "tau2":
        return f"{ref.domain}-tau2" + (f"-{ref.snapshot}" if ref.snapshot else "")
    return f"{ref.domain}-seed-{ref.seed}-{ref.num_customers}"


def flipped(dialogue: Dialogue) -> Dialogue:
    """Return a user's dialogue as an assistant's: who is to learn is `assistant` in every row."""
    messages = [
        message.model_copy(update={"role": OTHER.get(message.role, message.role)})
        for message in dialogue.messages
    ]
    return dialogue.model_copy(update={"messages": messages})


def dialog_row(dialogue: Dialogue, task: Task, role: str) -> Row:
    """Return a row of `sft_dialogs`; the turns to be learned are the assistant's."""
    return {
        "id": dialogue.id,
        "task_id": dialogue.task_id,
        "trajectory_id": dialogue.trajectory_id,
        "domain": task.domain,
        "role": role,
        "tools": tools_text(dialogue.tools),
        "messages": [_message(one) for one in [_system(dialogue.system), *dialogue.messages]],
        "num_turns": sum(message.role == "assistant" for message in dialogue.messages),
    }


def turn_rows(dialogue: Dialogue, task: Task) -> Iterator[Row]:
    """Yield a row of `sft_turns` for each turn of the assistant that answers something."""
    tools = tools_text(dialogue.tools)
    context = [_turn(_system(dialogue.system))]
    for index, message in enumerate(dialogue.messages):
        if message.role == "assistant" and index > 0:
            answer = {**_turn(message), "thinking": message.reasoning}
            yield {
                "messages": [*context],
                "answer": answer,
                "metadata": {
                    "source_dialog_id": dialogue.id,
                    "turn_index": index,
                    "reason_for_call": task.scenario.opening,
                    "scenario_id": task.id,
                    "correct": 1,
                    "reward": 1.0,
                    "domain": task.domain,
                },
                "tools": tools,
            }
        context.append(_turn(message))


def preference_row(one: Preference, task: Task) -> Row:
    """Return a row of `preferences`."""
    return {
        "id": one.id,
        "task_id": one.task_id,
        "domain": task.domain,
        "chosen_id": one.chosen_id,
        "rejected_id": one.rejected_id,
        "failure_class": one.failure_class,
        "tools": tools_text(one.tools),
        "prompt": [_message(message) for message in [_system(one.system), *one.prompt]],
        "chosen": [_message(message) for message in one.chosen],
        "rejected": [_message(message) for message in one.rejected],
    }


def reject_row(reject: RejectedDraft) -> Row:
    """Return a row of `rejected`."""
    stage, cause, attribution = reason_of(reject)
    return {
        "draft_id": reject.draft_id,
        "stream_id": reject.stream_id,
        "iteration": reject.iteration,
        "goal_types": [*reject.goal_types],
        "stage": stage,
        "cause": cause,
        "attribution": attribution,
        "rationale": reject.verdict.rationale,
        "verdict": _plain(_dumped(reject.verdict.model_copy(update={"milliseconds": 0.0}))),
    }


def tools_text(tools: Sequence[ToolSchema]) -> str:
    """Return tools in the OpenAI function form, as a JSON text."""
    return _plain([tool.as_openai() for tool in tools])


def _system(text: str) -> Message:
    return Message(role="system", content=text)


def _message(message: Message) -> Row:
    calls: list[JsonValue] = [{"id": call.id, **_call(call)} for call in message.tool_calls or ()]
    return {
        "role": message.role,
        "content": message.content,
        "tool_calls": calls,
        "tool_call_id": message.tool_call_id,
    }


def _turn(message: Message) -> Row:
    calls: list[JsonValue] = [_call(call) for call in message.tool_calls or ()]
    return {"role": message.role, "content": message.content, "tool_calls": calls}


def _call(call: ToolCall) -> Row:
    return {"name": call.name, "arguments": _plain(dict(call.arguments))}


def _dumped(record: BaseModel) -> JsonValue:
    return record.model_dump(mode="json")


def _plain(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
