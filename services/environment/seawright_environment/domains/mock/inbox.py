"""What the user can do at his own side: read notifications and dismiss them."""

import json
from collections.abc import Mapping

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, at
from seawright_environment.core.sides import USER_TABLE
from seawright_environment.core.state import State
from seawright_environment.domains.mock.state import INBOX, NOTIFICATION_FIELDS


def check_notifications(state: State) -> str:
    """Return all notifications, read ones included."""
    return json.dumps(list(_inbox(state).values()))


def dismiss_notification(state: State, notification_id: str) -> str:
    """Mark a notification as read."""
    if notification_id not in _inbox(state):
        raise ValueError(f"Notification {notification_id} not found")
    notification = state.own(USER_TABLE, INBOX)[notification_id]
    assert isinstance(notification, dict)
    notification["status"] = "read"
    return f"Notification {notification_id} dismissed"


def add_notification(
    state: State, notification_id: str, message: str, task_id: str | None = None
) -> str:
    """Put a notification into the inbox: no tool, tasks prepare their start with it."""
    _inbox(state)
    told = {"notification_id": notification_id, "message": message, "task_id": task_id}
    notification: JsonObject = {**NOTIFICATION_FIELDS, **told}
    state.own(USER_TABLE, INBOX)[notification_id] = notification
    return json.dumps(notification)


def assert_notification_status(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether the notification `notification_id` has `expected_status`."""
    inbox, notification_id = _inbox(state), str(given["notification_id"])
    if notification_id not in inbox:
        raise ValueError(f"Notification {notification_id} not found")
    return at(inbox, [notification_id, "status"]) == given["expected_status"]


def _inbox(state: State) -> JsonObject:
    """Return the notifications by id; they are gone where the kits share the agent's database."""
    inbox = state.find(USER_TABLE, INBOX)
    if inbox is None:
        raise AttributeError(f"'MockDB' object has no attribute '{INBOX}'")
    return inbox
