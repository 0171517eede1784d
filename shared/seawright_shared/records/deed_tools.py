"""The customer's own tools as a user model is offered them: what his scenario's deeds can call.

One source for playing and for training: who learned with other tools than he is then offered
calls what is not there, or writes down what he should call.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from seawright_shared.records.messages import ToolSchema
from seawright_shared.records.tasks import Deed, Scenario


def deed_tools(scenario: Scenario) -> list[ToolSchema]:
    """Return the tools in the deeds' order; arguments are offered as the deeds name them."""
    names = dict.fromkeys(deed.name for deed in scenario.deeds)
    return [_tool(name, [d for d in scenario.deeds if d.name == name]) for name in names]


def _tool(name: str, deeds: Sequence[Deed]) -> ToolSchema:
    properties: dict[str, JsonValue] = {}
    for key in dict.fromkeys(key for deed in deeds for key in deed.arguments):
        values = [deed.arguments[key] for deed in deeds if key in deed.arguments]
        known: list[JsonValue] = [*dict.fromkeys(map(str, values))]
        properties[key] = {"type": "string", "enum": known}
    return ToolSchema(
        name=name,
        description=name.replace("_", " ").capitalize() + ".",
        parameters={"type": "object", "properties": properties, "required": [*properties]},
        kind="generic",
        requestor="user",
    )
