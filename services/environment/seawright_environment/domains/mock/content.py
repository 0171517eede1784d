"""The mock domain, put together."""

from collections.abc import Mapping, Sequence
from importlib import resources

from pydantic import JsonValue

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.toolkits import Tool, Toolkit
from seawright_environment.domains.mock import inbox, tools
from seawright_environment.domains.mock.seed import generate_tables
from seawright_environment.domains.mock.state import import_tables

_TEXTS: Mapping[str, str] = {
    "user_id": "Whose list it goes on, for example 'user_1'.",
    "title": "A few words that name the task.",
    "description": "More about the task; may be left out.",
    "task_id": "Which task, for example 'task_1'.",
    "status": "The status that it has from now on.",
    "summary": "What is wanted and what was done so far.",
    "notification_id": "Which notification, for example 'notif_1'.",
    "message": "What the notification says.",
}
_MORE: Mapping[str, Mapping[str, JsonValue]] = {"status": {"enum": [*tools.STATUSES]}}


def _parameters(names: Sequence[str], defaults: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        name: {
            **({"default": defaults[name]} if name in defaults else {}),
            "description": _TEXTS[name],
            **_MORE.get(name, {}),
            "title": name.replace("_", " ").title(),
            "type": "string",
        }
        for name in names
    }


_NOTHING: Mapping[str, JsonValue] = {"description": None}
_TOOLS = (
    Tool(
        name="create_task",
        kind="write",
        description="Put a new task on somebody's list; it starts out pending.",
        parameters=_parameters(["user_id", "title", "description"], _NOTHING),
        defaults=_NOTHING,
        run=tools.create_task,
    ),
    Tool(
        name="get_users",
        kind="read",
        description="Show everybody on the team with the ids of their tasks.",
        parameters={},
        run=tools.get_users,
    ),
    Tool(
        name="update_task_status",
        kind="write",
        description="Say that a task is pending or completed.",
        parameters=_parameters(["task_id", "status"], {}),
        run=tools.update_task_status,
    ),
    Tool(
        name="transfer_to_human_agents",
        kind="generic",
        description="Hand the conversation over to a person, when asked to or when no tool helps.",
        parameters=_parameters(["summary"], {}),
        run=tools.transfer_to_human_agents,
    ),
)
_USER_TOOLS = (
    Tool(
        name="check_notifications",
        kind="read",
        description="Look at every notification, old and new.",
        parameters={},
        run=inbox.check_notifications,
    ),
    Tool(
        name="dismiss_notification",
        kind="write",
        description="Put a notification aside as read.",
        parameters=_parameters(["notification_id"], {}),
        run=inbox.dismiss_notification,
    ),
)
_ADD = Tool(
    name="add_notification",
    kind="write",
    description="Prepares a task's start: puts a notification into the inbox.",
    parameters=_parameters(["notification_id", "message", "task_id"], {"task_id": None}),
    defaults={"task_id": None},
    run=inbox.add_notification,
)


def _domain_policy() -> str:
    return (
        resources.files("seawright_environment.domains.mock")
        .joinpath("policy.md")
        .read_text(encoding="utf-8")
    )


MOCK = DomainContent(
    name="mock",
    toolkit=Toolkit(label="MockTools", tools={tool.name: tool for tool in _TOOLS}),
    user_toolkit=Toolkit(label="MockUserTools", tools={tool.name: tool for tool in _USER_TOOLS}),
    generate=generate_tables,
    import_tables=import_tables,
    domain_policy=_domain_policy,
    assertions={
        "assert_number_of_tasks": tools.assert_number_of_tasks,
        "assert_task_status": tools.assert_task_status,
        "assert_notification_status": inbox.assert_notification_status,
    },
    functions={"add_notification": _ADD},
    is_two_sided=True,
)
