"""The configs of an export and their columns, told without any library's types."""

from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

ConfigName = Literal[
    "tasks", "sft_dialogs", "sft_turns", "rl_tasks", "preferences", "rejected", "checkers"
]
Kind = Literal["text", "int", "float", "bool", "texts", "messages", "turns", "answer", "origin"]
"""messages: with call ids; turns: as in the AReaL-tau2 rows, flat calls without ids; answer: one
turn; origin: where a turn comes from. Arguments of calls are JSON texts: their keys differ."""
Row = dict[str, JsonValue]
Split = Literal["train", "test"]

COLUMNS: Mapping[ConfigName, Mapping[str, Kind]] = {
    "tasks": {
        "id": "text",
        "domain": "text",
        "customer_id": "text",
        "outcome": "text",
        "goal_types": "texts",
        "tier": "int",
        "pair": "text",
        "policy_rules": "texts",
        "dual_control": "bool",
        "disclosure": "text",
        "reference": "text",
        "persona": "text",
        "opening": "text",
        "wishes": "texts",
        "tool_sequence": "texts",
        "golden_actions": "text",
        "document": "text",
    },
    "checkers": {
        "task_id": "text",
        "domain": "text",
        "spec": "text",
        "is_tested": "bool",
        "is_ok": "bool",
        "mutants": "int",
        "killed": "int",
        "false_rejects": "int",
        "kills": "text",
    },
    "rl_tasks": {
        "id": "text",
        "domain": "text",
        "description": "text",
        "user_scenario": "text",
        "ticket": "text",
        "initial_state": "text",
        "evaluation_criteria": "text",
        "db_path": "text",
    },
    "sft_dialogs": {
        "id": "text",
        "task_id": "text",
        "trajectory_id": "text",
        "domain": "text",
        "role": "text",
        "tools": "text",
        "messages": "messages",
        "num_turns": "int",
    },
    "sft_turns": {
        "messages": "turns",
        "answer": "answer",
        "metadata": "origin",
        "tools": "text",
    },
    "preferences": {
        "id": "text",
        "task_id": "text",
        "domain": "text",
        "chosen_id": "text",
        "rejected_id": "text",
        "failure_class": "text",
        "tools": "text",
        "prompt": "messages",
        "chosen": "messages",
        "rejected": "messages",
    },
    "rejected": {
        "draft_id": "text",
        "stream_id": "text",
        "iteration": "int",
        "goal_types": "texts",
        "stage": "text",
        "cause": "text",
        "attribution": "text",
        "rationale": "text",
        "verdict": "text",
    },
}
ABOUT: Mapping[ConfigName, str] = {
    "tasks": "tasks, whole, with their scenario, gold and checker in `document`",
    "sft_dialogs": "verified dialogues; the turns of `assistant` are to be learned",
    "sft_turns": "one row per turn to be learned, in the columns of the AReaL-tau2 data",
    "rl_tasks": "tasks in the columns of the AReaL-tau2 data; `db_path` is in this folder",
    "preferences": "two plays of one task: one passed, one failed by the agent's fault",
    "rejected": "drafts that were refused, and why",
    "checkers": "the executable checkers and what their self-tests killed",
}
