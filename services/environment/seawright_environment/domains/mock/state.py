"""The mock domain's tables: the team's tasks and users, and the user's own inbox."""

import re
from collections.abc import Mapping
from typing import Literal, cast

from pydantic import BaseModel, JsonValue, ValidationError

from seawright_environment.core.json_values import JsonObject, Tables

INBOX = "notifications"
"""The one entity of the table `user`: notifications by id."""
_LINK = re.compile(r"(?<=https://errors\.pydantic\.dev/)[0-9.]+(?=/)")
_LINKED = "2.12"
"""The version of pydantic that tau2-bench's refusals name."""


class Task(BaseModel):
    """A task as tau2-bench checks a new one."""

    task_id: str
    title: str
    description: str | None = None
    status: Literal["pending", "completed"]


TASK_FIELDS: Mapping[str, JsonValue] = {
    "task_id": "",
    "title": "",
    "description": None,
    "status": "pending",
}
USER_FIELDS: Mapping[str, JsonValue] = {"user_id": "", "name": "", "tasks": []}
NOTIFICATION_FIELDS: Mapping[str, JsonValue] = {
    "notification_id": "",
    "message": "",
    "status": "unread",
    "task_id": None,
}


def import_tables(document: Mapping[str, JsonValue]) -> Tables:
    """Read tau2-bench's file; its fields come in their declared order, the missing ones by default."""
    user = cast("JsonObject", document.get("user") or {})
    return {
        "tasks": _entities(document.get("tasks"), TASK_FIELDS),
        "users": _entities(document.get("users"), USER_FIELDS),
        "user": {INBOX: {**_entities(user.get(INBOX), NOTIFICATION_FIELDS)}},
    }


def checked_task(fields: Mapping[str, JsonValue]) -> JsonObject:
    """Return a new task's fields, or refuse them in tau2-bench's words."""
    try:
        task = Task.model_validate(fields)
    except ValidationError as error:
        raise ValueError(_LINK.sub(_LINKED, str(error))) from error
    return task.model_dump(mode="json")


def _entities(table: JsonValue, fields: Mapping[str, JsonValue]) -> dict[str, JsonObject]:
    found = cast("Mapping[str, JsonObject]", table or {})
    return {
        key: {name: entity.get(name, default) for name, default in fields.items()}
        for key, entity in found.items()
    }
