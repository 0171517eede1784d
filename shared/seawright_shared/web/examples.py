"""Examples of the OpenAPI document: one for every body and every answer, made of known values.

A value is known by the name of its field (`example_values`), where it fits the field's schema;
else a field has its default, and what has none the least value that its schema allows. An answer
shows every field, a request those that are known or needed.
"""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue

from seawright_shared.web.example_values import OF_FIELDS, OF_TYPES

Node = Mapping[str, Any]
_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_MAX_DEPTH = 12


class Examples:
    """Makes examples of schemas that refer to a document's components."""

    def __init__(self, components: Mapping[str, Node]) -> None:
        self._components = components

    def add(self, operation: Node) -> None:
        """Give each JSON or MessagePack content of an operation an example, where it has none."""
        for content in operation.get("requestBody", {}).get("content", {}).values():
            self._exemplify(content, is_answer=False)
        for status, answer in operation.get("responses", {}).items():
            for content in answer.get("content", {}).values() if status[0] == "2" else ():
                self._exemplify(content, is_answer=True)

    def of(self, schema: Node, *, is_answer: bool, depth: int = 0) -> JsonValue:
        """Return an example of a schema."""
        assert depth < _MAX_DEPTH, f"a type that needs itself: {schema}"
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name in OF_TYPES:
            return OF_TYPES[name]
        schema = self._resolved(schema)
        # A body that its route reads itself is defined in place, and says its name as a title.
        name = name or str(schema.get("title", ""))
        if schema.get("examples"):
            return schema["examples"][0]
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else schema["enum"][0]
        for either in ("anyOf", "oneOf", "allOf"):
            if either in schema:
                return self.of(schema[either][0], is_answer=is_answer, depth=depth + 1)
        match schema.get("type"):
            case "object":
                return self._object(name, schema, is_answer=is_answer, depth=depth)
            case "array":
                return self._array(schema, is_answer=is_answer, depth=depth)
            case "integer" | "number":
                return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            case "boolean":
                return bool(schema.get("default", False))
            case "string":
                return "x" * int(schema.get("minLength", 1))
            case _:
                return {}

    def _resolved(self, schema: Node) -> Node:
        while "$ref" in schema:
            schema = self._components[schema["$ref"].rpartition("/")[2]]
        return schema

    def _exemplify(self, content: dict[str, object], *, is_answer: bool) -> None:
        if "example" not in content and "examples" not in content:
            schema = cast("Node", content.get("schema", {}))
            content["example"] = self.of(schema, is_answer=is_answer)

    def _object(self, name: str, schema: Node, *, is_answer: bool, depth: int) -> JsonValue:
        required = set(schema.get("required", ()))
        found: dict[str, JsonValue] = {}
        for key, field in cast("Mapping[str, Node]", schema.get("properties", {})).items():
            known = [OF_FIELDS[at] for at in (f"{name}.{key}", key) if at in OF_FIELDS]
            fitting = [value for value in known if self._fits(value, field)]
            if fitting:
                found[key] = fitting[0]
            elif is_answer and "default" in field:
                found[key] = field["default"]
            elif key in required or (is_answer and not self._may_be_null(field)):
                found[key] = self.of(field, is_answer=is_answer, depth=depth + 1)
            elif is_answer:
                found[key] = None
        values = schema.get("additionalProperties")
        if not found and isinstance(values, dict) and values:
            found["retail"] = self.of(cast("Node", values), is_answer=is_answer, depth=depth + 1)
        return found

    def _array(self, schema: Node, *, is_answer: bool, depth: int) -> JsonValue:
        each = list(schema.get("prefixItems", ()))
        if not each:
            each = [schema.get("items", {})] * int(schema.get("minItems", 1))
        return [self.of(item, is_answer=is_answer, depth=depth + 1) for item in each]

    def _may_be_null(self, schema: Node) -> bool:
        return {"type": "null"} in schema.get("anyOf", ())

    def _fits(self, value: JsonValue, schema: Node) -> bool:
        """Whether a known value is one of the schema's, as far as known values may differ."""
        schema = self._resolved(schema)
        if "anyOf" in schema:
            return any(self._fits(value, one) for one in schema["anyOf"])
        if "const" in schema or "enum" in schema:
            return value in schema.get("enum", [schema.get("const")])
        types = _JSON_TYPES.get(schema.get("type", ""))
        if types is None:
            return "type" not in schema
        if isinstance(value, bool) and bool not in types:
            return False
        if isinstance(value, list):
            item = schema.get("items")
            return list in types and (item is None or all(self._fits(v, item) for v in value))
        if isinstance(value, dict):
            return dict in types and self._fields_fit(value, schema)
        return isinstance(value, types) and _within(value, schema)

    def _fields_fit(self, value: dict[str, JsonValue], schema: Node) -> bool:
        fields = cast("Mapping[str, Node]", schema.get("properties", {}))
        more = schema.get("additionalProperties", True)
        if not set(schema.get("required", ())) <= set(value):
            return False
        for key, part in value.items():
            if key in fields:
                fits = self._fits(part, fields[key])
            else:
                fits = self._fits(part, cast("Node", more)) if isinstance(more, dict) else more
            if not fits:
                return False
        return True


def _within(value: object, schema: Node) -> bool:
    if not isinstance(value, int | float):
        return True
    low, high = schema.get("minimum", value), schema.get("maximum", value)
    above = value > schema.get("exclusiveMinimum", value - 1)
    return low <= value <= high and above and value < schema.get("exclusiveMaximum", value + 1)
