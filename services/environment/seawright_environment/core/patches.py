"""Patches: what differs between two states, and how a difference is applied."""

from collections.abc import Sequence

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, copied, same
from seawright_environment.core.state import State
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.checkers import Path
from seawright_shared.records.tasks import PatchOp


def diff_values(before: JsonValue, after: JsonValue, path: Path) -> list[PatchOp]:
    """Return the operations that turn one value into the other, keys in order.

    Lists of objects of one length differ element by element; other lists are set whole.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        return _diff_objects(before, after, path)
    if same(before, after):
        return []
    if isinstance(before, list) and isinstance(after, list) and _elementwise(before, after):
        return [
            op
            for index, (old, new) in enumerate(zip(before, after, strict=True))
            for op in diff_values(old, new, [*path, index])
        ]
    return [PatchOp(path=path, op="set", value=copied(after))]


def _elementwise(before: list[JsonValue], after: list[JsonValue]) -> bool:
    return len(before) == len(after) and all(isinstance(x, dict) for x in (*before, *after))


def _diff_objects(before: JsonObject, after: JsonObject, path: Path) -> list[PatchOp]:
    operations: list[PatchOp] = []
    # Copies share their leaves: most of what is equal is identical, too.
    touched = [key for key, value in after.items() if before.get(key, after) is not value]
    gone = before.keys() - after.keys()
    for key in sorted([*touched, *gone]):
        if key in gone:
            operations.append(PatchOp(path=[*path, key], op="del"))
        elif key not in before:
            operations.append(PatchOp(path=[*path, key], op="set", value=copied(after[key])))
        elif not same(before[key], after[key]):
            operations.extend(diff_values(before[key], after[key], [*path, key]))
    return operations


def diff_states(before: State, after: State) -> list[PatchOp]:
    """Return what differs, tables and ids in order; reads only what either state changed."""
    assert before.base is after.base
    operations: list[PatchOp] = []
    for table in sorted(after.overlay):
        old, new = before.overlay[table], after.overlay[table]
        for key in sorted(old.keys() | new.keys()):
            was, now = before.find(table, key), after.find(table, key)
            if was is now:
                continue
            path: Path = [table, key]
            if now is None:
                operations.append(PatchOp(path=path, op="del"))
            elif was is None:
                operations.append(PatchOp(path=path, op="set", value=copied(now)))
            else:
                operations.extend(_diff_objects(was, now, path))
    return operations


def apply_patch(state: State, patch: Sequence[PatchOp]) -> None:
    """Apply operations in order, or raise `InvalidRequestError` naming the one that fits nowhere."""
    for index, operation in enumerate(patch):
        reason = _apply(state, operation)
        if reason is not None:
            pointer = f"/initial_patch/{index}/path"
            error = FieldError(pointer=pointer, code="no-such-path", detail=reason)
            raise InvalidRequestError(f"{pointer}: {reason}", errors=[error])


def _apply(state: State, operation: PatchOp) -> str | None:
    path = operation.path
    if len(path) < 2 or str(path[0]) not in state.base.tables:
        return f"a path starts with a table ({', '.join(state.base.tables)}) and an id"
    table, key = str(path[0]), str(path[1])
    if len(path) == 2:
        return _apply_entity(state, table, key, operation)
    if state.find(table, key) is None:
        return f"there is no {table}/{key}"
    here: JsonValue = state.own(table, key)
    for step in path[2:-1]:
        here = _child(here, step)
    if not isinstance(here, dict | list):
        return f"nothing at {path[:-1]}"
    return _apply_leaf(here, operation)


def _apply_entity(state: State, table: str, key: str, operation: PatchOp) -> str | None:
    if operation.op == "del":
        if state.find(table, key) is None:
            return f"there is no {table}/{key}"
        state.put(table, key, None)
        return None
    if not isinstance(operation.value, dict):
        return "an entity is an object"
    value = copied(operation.value)
    assert isinstance(value, dict)
    state.put(table, key, value)
    return None


def _child(here: JsonValue, step: str | int) -> JsonValue:
    if isinstance(here, dict):
        return here.get(str(step))
    if isinstance(here, list) and isinstance(step, int) and 0 <= step < len(here):
        return here[step]
    return None


def _apply_leaf(here: JsonObject | list[JsonValue], operation: PatchOp) -> str | None:
    last, value = operation.path[-1], copied(operation.value)
    if isinstance(here, dict):
        if operation.op == "set":
            here[str(last)] = value
        elif here.pop(str(last), operation) is operation:
            return f"there is no {last!r}"
        return None
    if not isinstance(last, int) or not 0 <= last < len(here):
        return f"a list of {len(here)} has no {last!r}"
    if operation.op == "set":
        here[last] = value
    else:
        del here[last]
    return None
