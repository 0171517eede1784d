"""Collateral damage: writes beside the right ones, invented from the tools and the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pydantic import JsonValue

from seawright_environment.core.audits.entities import Entities, Place
from seawright_environment.core.audits.gold_findings import required_of
from seawright_environment.core.audits.near_values import Observed
from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.toolkits import Tool
from seawright_shared.records.messages import Requestor
from seawright_shared.records.tasks import EnvironmentCall

MAX_TRIED = 3
"""Entities of one table that an invented call is tried on."""
MAX_STRANGERS = 3
"""Other people whose things are written to."""
FREE_TEXT = "as requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventor:
    """Writes calls that nobody asked for. Whether they are refused is found out by running them."""

    content: DomainContent
    entities: Entities
    observed: Observed

    def agent_calls(self, person: str | None) -> Iterator[EnvironmentCall]:
        """Yield the agent's writes to a person's things and to strangers', tool by tool."""
        strangers = list(islice(self.entities.others_than(person), MAX_STRANGERS))
        people = [*([person] if person else []), *strangers]
        for tool in self.content.toolkit.tools.values():
            if tool.kind == "write":
                for someone in people:
                    for arguments in self._arguments(tool, someone):
                        yield _call("assistant", tool, arguments)

    def user_calls(self) -> Iterator[EnvironmentCall]:
        """Yield the user's writes to his own device."""
        kit = self.content.user_toolkit
        for tool in kit.tools.values() if kit else ():
            if tool.kind == "write":
                choices = [self._values(tool, name) for name in required_of(tool)]
                for number in range(max([1, *(len(each) for each in choices)])):
                    if all(choices):
                        values = [each[number % len(each)] for each in choices]
                        arguments = dict(zip(required_of(tool), values, strict=True))
                        yield _call("user", tool, arguments)

    def _arguments(self, tool: Tool, person: str) -> Iterator[dict[str, JsonValue]]:
        """Yield arguments that fit together: all ids belong to one person."""
        names = required_of(tool)
        tables = {name: self.entities.table_of(name) for name in names}
        ids = {
            name: self.entities.belongings(person, table) for name, table in tables.items() if table
        }
        if not ids or not all(ids.values()):
            return
        for number in range(min(MAX_TRIED, max(len(each) for each in ids.values()))):
            arguments: dict[str, JsonValue] = {}
            for name in names:
                if name in ids:
                    arguments[name] = ids[name][min(number, len(ids[name]) - 1)]
                    continue
                values = self._own_field(person, name) or self._values(tool, name)
                if not values:
                    return
                arguments[name] = values[0]
            yield arguments

    def _own_field(self, person: str, name: str) -> list[JsonValue]:
        """Return what a person's record lists under the parameter's name, as payment methods."""
        people = self.entities.people
        if not name.endswith("_id") or people is None:
            return []
        record = self.entities.entity(Place(table=people, key=person))
        stem = name.removesuffix("_id")
        for field, value in record.items() if isinstance(record, dict) else ():
            if field.startswith(stem) and isinstance(value, dict):
                return list(value)
        return []

    def _values(self, tool: Tool, name: str) -> list[JsonValue]:
        known = self.observed.get((tool.name, name))
        if known:
            return known
        schema = tool.parameters[name]
        if not isinstance(schema, dict):
            return []
        choices = schema.get("enum")
        if isinstance(choices, list):
            return list(choices)
        kinds: Mapping[str, list[JsonValue]] = {
            "string": [FREE_TEXT],
            "boolean": [True, False],
            "number": [1.0],
            "integer": [1],
        }
        kind = schema.get("type")
        return kinds.get(kind, []) if isinstance(kind, str) else []


def observed_values(
    golds: Sequence[Sequence[EnvironmentCall]],
) -> dict[tuple[str, str], list[JsonValue]]:
    """Return the different values of each tool's parameters in the gold of a set, at most 16."""
    found: dict[tuple[str, str], dict[str, JsonValue]] = {}
    for calls in golds:
        for call in calls:
            for name, value in call.arguments.items():
                values = found.setdefault((call.name, name), {})
                if len(values) < 16:
                    values.setdefault(repr(value), value)
    return {key: list(values.values()) for key, values in found.items()}


def _call(requestor: Requestor, tool: Tool, arguments: dict[str, JsonValue]) -> EnvironmentCall:
    return EnvironmentCall(requestor=requestor, name=tool.name, arguments=arguments)
