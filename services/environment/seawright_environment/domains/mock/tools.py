"""What the assistant can do: see the team, add tasks, change their status."""

import json
from collections.abc import Mapping

from pydantic import JsonValue

from seawright_environment.core.state import State
from seawright_environment.domains.mock.state import TASK_FIELDS, checked_task

STATUSES = ("pending", "completed")


def create_task(state: State, user_id: str, title: JsonValue, description: JsonValue = None) -> str:
    """Add a task to a user's list and return it."""
    if user_id not in state.table("users"):
        raise ValueError(f"User {user_id} not found")
    task_id = f"task_{len(state.table('tasks')) + 1}"
    told = {"task_id": task_id, "title": title, "description": description}
    task = checked_task({**TASK_FIELDS, **told})
    if not state.base.is_exact and not str(title).strip():
        raise ValueError("A task needs a title")
    state.put("tasks", task_id, task)
    tasks = state.own("users", user_id)["tasks"]
    assert isinstance(tasks, list)
    tasks.append(task_id)
    return state.text("tasks", task_id)


def get_users(state: State) -> str:
    """Return everybody on the team."""
    users = state.table("users")
    return json.dumps([users[user_id] for user_id in users])


def update_task_status(state: State, task_id: str, status: JsonValue) -> str:
    """Set a task's status and return the task."""
    if task_id not in state.table("tasks"):
        raise ValueError(f"Task {task_id} not found")
    if not state.base.is_exact and status not in STATUSES:
        raise ValueError(f"Status must be one of: {', '.join(STATUSES)}")
    state.own("tasks", task_id)["status"] = status
    return state.text("tasks", task_id)


def transfer_to_human_agents(state: State, summary: str) -> str:
    """Hand the conversation over; nothing changes."""
    del state, summary
    return "Transfer successful"


def assert_number_of_tasks(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether the user `user_id` has `expected_number` tasks."""
    users, user_id = state.table("users"), str(given["user_id"])
    if user_id not in users:
        raise ValueError(f"User {user_id} not found")
    tasks = users[user_id]["tasks"]
    return isinstance(tasks, list) and len(tasks) == given["expected_number"]


def assert_task_status(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether the task `task_id` has `expected_status`."""
    tasks, task_id = state.table("tasks"), str(given["task_id"])
    if task_id not in tasks:
        raise ValueError(f"Task {task_id} not found")
    return tasks[task_id]["status"] == given["expected_status"]
