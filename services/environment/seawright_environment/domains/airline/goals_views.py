"""Views of a state with some fields patched; nothing else of it is copied."""

from collections.abc import Sequence
from typing import cast

from seawright_environment.core.drafting import View
from seawright_environment.core.json_values import JsonObject, copied
from seawright_environment.core.state import Table
from seawright_shared.records.tasks import PatchOp


def patched(view: View, patch: Sequence[PatchOp]) -> View:
    """Return a view with fields of some entities set; nothing else is copied."""
    changed: dict[str, dict[str, JsonObject | None]] = {}
    for operation in patch:
        table, key, *steps = [str(step) for step in operation.path]
        entities = changed.setdefault(table, {})
        entity = entities.get(key) or cast("JsonObject", copied(view[table][key]))
        entities[key] = entity
        for step in steps[:-1]:
            entity = cast("JsonObject", entity[step])
        entity[steps[-1]] = operation.value
    return {
        name: Table(table, changed[name]) if name in changed else table
        for name, table in view.items()
    }
