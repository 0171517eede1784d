"""Rows and folders in the documented layout of the AReaL-tau2 data; all of them are made up."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_MARKERS: dict[str, dict[str, Any]] = {
    "airline": {"seed_pattern_task_id": "s1"},
    "retail": {"scenario_id": 4},
    "telecom": {"difficulty": "hard", "num_subtasks": 2},
}


def rl_row(
    domain: str,
    *,
    id: str | None = None,  # noqa: A002
    reason: str = "You want to change something that you bought.",
    actions: Sequence[Mapping[str, Any]] = (),
    database: str | None = None,
    **provenance: Any,
) -> dict[str, Any]:
    """Return one RL row; its criteria are a JSON text."""
    criteria = {
        "actions": [
            {"action_id": f"a{i}", "requestor": "assistant", **action}
            for i, action in enumerate(actions)
        ],
        "communicate_info": [],
        "nl_assertions": None,
        "reward_basis": ["DB", "COMMUNICATE"],
    }
    instructions = {
        "domain": domain,
        "reason_for_call": reason,
        "known_info": None,
        "unknown_info": None,
        "task_instructions": "Be brief.",
    }
    return {
        "id": id or f"{domain}_1",
        "description": {"purpose": "made up"},
        "user_scenario": {"persona": None, "instructions": instructions},
        "evaluation_criteria": json.dumps(criteria),
        "db_path": f"tau2_rl_database/{database or f'tau2_{domain}_db.json'}",
        **provenance,
    }


def sft_row(
    domain: str, *, dialog: str = "dialog_1", turn: int = 2, correct: int = 1, reward: float = 1.0
) -> dict[str, Any]:
    """Return one SFT row: two calls, one nested as OpenAI's, and an answer that calls a tool."""
    nested = {"type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
    return {
        "messages": [
            {"role": "system", "content": "POLICY"},
            {"role": "assistant", "content": "Hi! How can I help you today?"},
            {"role": "user", "content": "Book me a flight."},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"name": "find", "arguments": {"user_id": "u"}}, nested],
            },
            {"role": "tool", "content": "{}"},
            {"role": "tool", "content": "Error: User not found"},
        ],
        "answer": {
            "role": "assistant",
            "content": None,
            "thinking": "hm",
            "tool_calls": [{"name": "book", "arguments": {"seats": 1}}],
        },
        "metadata": {
            "source_dialog_id": dialog,
            "turn_index": turn,
            "reason_for_call": "x",
            "correct": correct,
            "reward": reward,
            **_MARKERS[domain],
        },
    }


def write_areal(
    folder: Path,
    *,
    rl: Sequence[Any] = (),
    sft: Sequence[Any] = (),
    databases: Mapping[str, Any] | None = None,
) -> Path:
    """Write a folder in the documented layout; rows given as texts are written as they are."""
    for name, rows in (("tau2_rl_train.jsonl", rl), ("tau2_sft_train.jsonl", sft)):
        texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (folder / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
    (folder / "tau2_rl_database").mkdir()
    for name, content in (databases or {}).items():
        (folder / "tau2_rl_database" / name).write_text(json.dumps(content), encoding="utf-8")
    return folder
