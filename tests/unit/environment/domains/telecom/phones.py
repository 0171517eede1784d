"""A phone to try the user's tools on, with no agent's side."""

from typing import Any

from pydantic import JsonValue

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import Database
from seawright_environment.core.toolkits import Toolkit
from seawright_environment.core.world import Base, World
from seawright_environment.domains.telecom.phone import user_entities
from seawright_environment.domains.telecom.phone_checks import USER_ASSERTIONS
from seawright_environment.domains.telecom.phone_tools import USER_FUNCTIONS, USER_TOOLKIT
from seawright_shared.records.messages import ToolResult
from seawright_shared.records.tasks import EnvironmentCall

CONTENT = DomainContent(
    name="phone",
    toolkit=Toolkit(label="TelecomTools", tools={}),
    user_toolkit=USER_TOOLKIT,
    generate=lambda seed, size: {},
    domain_policy=lambda: "",
    assertions=USER_ASSERTIONS,
    functions=USER_FUNCTIONS,
    is_two_sided=True,
)
BATTERY = "\U0001f50b 80%"


def phone(*, is_exact: bool = False, **surroundings: JsonValue) -> World:
    """Return a phone with two apps, in tau2-bench's mode or in the corrected one."""
    messaging: JsonObject = {"app_name": "messaging", "permissions": {"sms": True, "storage": True}}
    bare: JsonObject = {"app_name": "bare", "permissions": {}}
    tables = {
        "user": user_entities(
            {
                "device": {"app_statuses": {"messaging": messaging, "bare": bare}},
                "surroundings": {**surroundings},
            }
        )
    }
    database = Database(name="phone", tables=tables, has_text_hash=True, is_exact=is_exact)
    return World.open(Base(content=CONTENT, database=database))


def use(world: World, name: str, /, **arguments: JsonValue) -> ToolResult:
    """Run a tool of the user's."""
    return world.call("user", name, arguments)


def prepare(world: World, name: str, /, **arguments: JsonValue) -> ToolResult:
    """Run a function that prepares a task's start."""
    return world.prepare(EnvironmentCall(requestor="user", name=name, arguments=arguments))


def holds(world: World, name: str, /, **given: JsonValue) -> bool:
    """Return what an assertion says."""
    return USER_ASSERTIONS[name](world.state, given)


def device(world: World) -> Any:
    """Return the phone's state."""
    return world.view["user"]["device"]
