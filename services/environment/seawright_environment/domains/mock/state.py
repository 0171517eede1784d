"""The mock domain's tables: the team's tasks and users, and the user's own inbox."""

from collections.abc import Mapping
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, Tables

INBOX = "notifications"
"""The one entity of the table `user`: notifications by id."""
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


def _entities(table: JsonValue, fields: Mapping[str, JsonValue]) -> dict[str, JsonObject]:
    found = cast("Mapping[str, JsonObject]", table or {})
    return {
        key: {name: entity.get(name, default) for name, default in fields.items()}
        for key, entity in found.items()
    }
