"""OpenAPI: says of every route that its refusals are problem documents."""

from collections.abc import Mapping
from typing import Any, cast

from fastapi import FastAPI

from seawright_shared.web.examples import Examples
from seawright_shared.web.problems import MEDIA_TYPE, Problem

CREDENTIALS = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, a service token, or a token of the deployment's OIDC provider.",
}
_VERBS = frozenset({"get", "put", "post", "delete", "patch"})


def describe_problems(app: FastAPI) -> None:
    """Replace FastAPI's own validation schema by the problem document, on all routes."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = plain()
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            components.pop(unused, None)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(cast("dict[str, Any]", problem.pop("$defs", {})))
        components["Problem"] = problem
        schema["paths"] = _lifted(schema.get("paths", {}), components)
        schema["components"]["securitySchemes"] = {"credentials": CREDENTIALS}
        # The empty one: a service on loopback may ask for nothing.
        schema["security"] = [{"credentials": []}, {}]
        examples = Examples(components)
        for path in schema.get("paths", {}).values():
            for verb in _VERBS & set(path):
                replies = path[verb].setdefault("responses", {})
                replies.pop("422", None)
                examples.add(path[verb])
                # A route that refuses in another form says so itself.
                replies.setdefault("4XX", _reply("The request was refused."))
                replies.setdefault("5XX", _reply("The service could not do it."))
        return schema

    # FastAPI documents replacing the method as the way to extend the schema.
    app.openapi = described


def _lifted(node: object, components: dict[str, object]) -> object:
    """Return a part of the document whose schemas define nothing in place: components do.

    A route that reads its body itself brings its schema with it, and `#/$defs/` would lead to the
    document's own root. One that a component of the same name differs from gets FastAPI's name
    for what is read: `<name>-Input`.
    """
    if isinstance(node, list):
        return [_lifted(each, components) for each in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    within = dict(cast("dict[str, object]", node))
    own = cast("dict[str, object]", within.pop("$defs", {}))
    if not own:
        return {key: _lifted(value, components) for key, value in within.items()}
    names = {name: name for name in own}
    while True:
        found = {name: _led(schema, names) for name, schema in own.items()}
        taken = {n for n, schema in found.items() if components.get(names[n], schema) != schema}
        if not taken:
            break
        assert all(names[name] == name for name in taken), "three schemas of one name"
        names |= {name: f"{name}-Input" for name in taken}
    components.update({names[name]: schema for name, schema in found.items()})
    return _lifted(_led(within, names), components)


def _led(node: object, names: Mapping[str, str]) -> object:
    """Return a schema with its references led from `$defs` to the components of these names."""
    if isinstance(node, list):
        return [_led(each, names) for each in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    led: dict[str, object] = {}
    for key, value in cast("dict[str, object]", node).items():
        name = value.removeprefix("#/$defs/") if isinstance(value, str) else ""
        is_own = key == "$ref" and name in names and name != value
        led[key] = f"#/components/schemas/{names[name]}" if is_own else _led(value, names)
    return led


def _reply(description: str) -> dict[str, object]:
    reference = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": reference}}}
