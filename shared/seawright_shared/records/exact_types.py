"""Numbers and booleans as JSON Schema knows them: `true` is no number, and `"7"` neither."""

from collections.abc import Callable, Mapping
from typing import cast

from pydantic_core import CoreSchema, PydanticKnownError, core_schema

Children = dict[str, object]


def exact(schema: CoreSchema) -> CoreSchema:
    """Return a model's schema whose numbers and booleans take no text, and neither the other.

    Pydantic reads all of them as each other; `strict` would refuse lists for tuples and text for
    enumerations, too. An integer may still be sent as 7.0, which JSON Schema takes for one. Names
    of objects stay text that is read, and models within are left to themselves.
    """
    return cast("CoreSchema", _walked(cast("Children", schema), is_root=True))


def _walked(schema: Children, *, is_root: bool = False) -> Children:
    kind = schema.get("type")
    check = _CHECKS.get(str(kind))
    if check is not None:
        plain = cast("CoreSchema", schema)
        return cast("Children", core_schema.no_info_before_validator_function(check, plain))
    # Tagged unions choose among models, or are `JsonValue`, which is exact by itself.
    if kind == "tagged-union" or (kind == "model" and not is_root):
        return schema
    # A model's own validators stand around it, and it stays the one that is meant.
    is_around = is_root and str(kind).startswith("function-")
    return {key: _inside(key, value, is_root=is_around) for key, value in schema.items()}


def _inside(key: str, value: object, *, is_root: bool) -> object:
    """Return what stands below a key of a schema, walked where it is a schema, or several."""
    if key in _SCHEMAS and isinstance(value, dict):
        return _walked(cast("Children", value), is_root=is_root)
    if key == "fields" and isinstance(value, dict):
        fields = cast("dict[str, Children]", value)
        return {name: _walked(field) for name, field in fields.items()}
    if key == "choices" and isinstance(value, list):
        return [_choice(each) for each in cast("list[object]", value)]
    if key in _LISTS and isinstance(value, list):
        return [_walked(each) for each in cast("list[Children]", value)]
    return value


def _choice(value: object) -> object:
    """Return one choice of a union, and the label by which errors name it."""
    if isinstance(value, tuple):
        first, label = cast("tuple[Children, str]", value)
        return _walked(first), label
    choice = cast("Children", value)
    walked = _walked(choice)
    return walked if choice.get("type") not in _CHECKS else (walked, choice["type"])


def _integer(value: object) -> object:
    if isinstance(value, bool | str | bytes):
        raise PydanticKnownError("int_type")
    return value


def _number(value: object) -> object:
    if isinstance(value, bool | str | bytes):
        raise PydanticKnownError("float_type")
    return value


def _boolean(value: object) -> object:
    if isinstance(value, int | float | str | bytes) and not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    return value


_CHECKS: Mapping[str, Callable[[object], object]] = {
    "int": _integer,
    "float": _number,
    "bool": _boolean,
}
_SCHEMAS = frozenset({"schema", "items_schema", "values_schema", "extras_schema"})
_LISTS = frozenset({"items_schema", "steps"})
