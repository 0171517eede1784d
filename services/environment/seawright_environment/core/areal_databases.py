"""Database files that stand in the place of tau2-bench's own: what is equal is shared with it."""

from seawright_environment.core.json_values import JsonObject, Tables, same
from seawright_environment.core.patches import diff_values
from seawright_shared.records.tasks import PatchOp


def shared_tables(base: Tables, tables: Tables) -> Tables:
    """Return the tables with the base's entities wherever they are equal; the base if all are.

    Only what differs takes memory. The order of ids is the tables' own: lookups follow it.
    """
    shared: dict[str, dict[str, JsonObject]] = {}
    for name, table in tables.items():
        old = base.get(name, {})
        shared[name] = {
            key: old[key] if key in old and same(old[key], entity) else entity
            for key, entity in table.items()
        }
    return base if _is_base(base, shared) else shared


def _is_base(base: Tables, tables: Tables) -> bool:
    return base.keys() == tables.keys() and all(
        list(base[name]) == list(tables[name])
        and all(base[name][key] is tables[name][key] for key in base[name])
        for name in base
    )


def database_patch(base: Tables, tables: Tables) -> list[PatchOp]:
    """Return the operations that turn the base into the tables."""
    operations: list[PatchOp] = []
    for name in sorted(base.keys() | tables.keys()):
        old, new = base.get(name, {}), tables.get(name, {})
        for key in sorted(old.keys() | new.keys()):
            if key not in new:
                operations.append(PatchOp(path=[name, key], op="del"))
            elif key not in old:
                operations.append(PatchOp(path=[name, key], op="set", value=new[key]))
            elif old[key] is not new[key]:
                operations.extend(diff_values(old[key], new[key], [name, key]))
    return operations
