"""The customer's own tools as a user model is offered them: what his scenario's deeds can call."""

from collections.abc import Sequence

from pydantic import JsonValue

from seawright_shared.records.tasks import Deed, Scenario


def tools_of(scenario: Scenario) -> list[dict[str, JsonValue]]:
    """Return the tools in the chat format; arguments are offered as the deeds name them."""
    names = dict.fromkeys(deed.name for deed in scenario.deeds)
    return [_tool(name, [d for d in scenario.deeds if d.name == name]) for name in names]


def _tool(name: str, deeds: Sequence[Deed]) -> dict[str, JsonValue]:
    properties: dict[str, JsonValue] = {}
    for key in dict.fromkeys(key for deed in deeds for key in deed.arguments):
        values = [deed.arguments[key] for deed in deeds if key in deed.arguments]
        known: list[JsonValue] = [*dict.fromkeys(map(str, values))]
        properties[key] = {"type": "string", "enum": known}
    parameters: dict[str, JsonValue] = {
        "type": "object",
        "properties": properties,
        "required": [*properties],
    }
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": name.replace("_", " ").capitalize() + ".",
            "parameters": parameters,
        },
    }
