"""What the user can do at his own side: read notifications and dismiss them."""

import json

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.mock.state import INBOX, NOTIFICATION_FIELDS


def check_notifications(state: State) -> str:
    """Return all notifications, read ones included."""
    return json.dumps(list(state.table("user")[INBOX].values()))


def dismiss_notification(state: State, notification_id: str) -> str:
    """Mark a notification as read."""
    _owned(state, notification_id)["status"] = "read"
    return f"Notification {notification_id} dismissed"


def add_notification(
    state: State, notification_id: str, message: str, task_id: str | None = None
) -> str:
    """Put a notification into the inbox: no tool, tasks prepare their start with it."""
    told = {"notification_id": notification_id, "message": message, "task_id": task_id}
    notification: JsonObject = {**NOTIFICATION_FIELDS, **told}
    state.own("user", INBOX)[notification_id] = notification
    return json.dumps(notification)


def assert_notification_status(state: State, notification_id: str, expected_status: str) -> bool:
    """Whether a notification has this status."""
    if notification_id not in state.table("user")[INBOX]:
        raise ValueError(f"Notification {notification_id} not found")
    notification = state.table("user")[INBOX][notification_id]
    return isinstance(notification, dict) and notification["status"] == expected_status


def _owned(state: State, notification_id: str) -> JsonObject:
    if notification_id not in state.table("user")[INBOX]:
        raise ValueError(f"Notification {notification_id} not found")
    notification = state.own("user", INBOX)[notification_id]
    assert isinstance(notification, dict)
    return notification
