"""A generated team: users with a few tasks each, and an inbox that tells of some of them."""

import random

from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.domains.mock.state import (
    INBOX,
    NOTIFICATION_FIELDS,
    TASK_FIELDS,
    USER_FIELDS,
)

_NAMES = ("Ada", "Bo", "Chi", "Dana", "Emil", "Fay", "Gus", "Hana", "Ivo", "June")
_VERBS = ("Write", "Review", "Plan", "Send", "Book", "Fix")
_THINGS = ("the report", "the budget", "the offsite", "the invoice", "the website", "the agenda")


def generate_tables(seed: int, num_customers: int) -> Tables:
    """Return a team of this size; the same seed gives the same one."""
    draw = random.Random(f"mock:{seed}")  # noqa: S311 - made-up people, not secrets
    tasks: dict[str, JsonObject] = {}
    users: dict[str, JsonObject] = {}
    inbox: JsonObject = {}
    for number in range(1, num_customers + 1):
        user_id = f"user_{number}"
        own: list[str] = []
        for _ in range(draw.randint(0, 3)):
            task_id = f"task_{len(tasks) + 1}"
            title = f"{draw.choice(_VERBS)} {draw.choice(_THINGS)}"
            status = draw.choice(("pending", "pending", "completed"))
            tasks[task_id] = {**TASK_FIELDS, "task_id": task_id, "title": title, "status": status}
            own.append(task_id)
        name = f"{draw.choice(_NAMES)} {number}"
        users[user_id] = {**USER_FIELDS, "user_id": user_id, "name": name, "tasks": [*own]}
        for task_id in own[:1]:
            notification_id = f"notif_{len(inbox) + 1}"
            inbox[notification_id] = {
                **NOTIFICATION_FIELDS,
                "notification_id": notification_id,
                "message": f"Task '{tasks[task_id]['title']}' has been assigned to you.",
                "task_id": task_id,
            }
    return {"tasks": tasks, "users": users, "user": {INBOX: inbox}}
