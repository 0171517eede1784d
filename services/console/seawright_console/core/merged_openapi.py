"""One OpenAPI document of all services, as they are found below one address."""

import json
from collections.abc import Mapping
from typing import cast

from pydantic import JsonValue

Document = Mapping[str, JsonValue]
Objects = dict[str, JsonValue]

ABOUT = (
    "All services of a deployment below one address, as `seawright up --embedded` serves them. "
    "Where each service has an address of its own, leave the first part of the path away."
)


def merged(documents: Mapping[str, Document], version: str) -> Objects:
    """Return one document: paths below their service's name, schemas told apart where they differ.

    Operations are named `<service>_<operation>`, so that generated clients have no name twice.
    """
    paths: Objects = {}
    schemas: Objects = {}
    schemes: Objects = {}
    for service, document in documents.items():
        components = _objects(document.get("components", {}))
        own = _objects(components.get("schemas", {}))
        names = _names(service, own, schemas)
        schemes |= _objects(components.get("securitySchemes", {}))
        schemas |= {names[name]: _renamed(schema, names) for name, schema in own.items()}
        for path, methods in _objects(document["paths"]).items():
            paths[f"/{service}{path}"] = {
                method: _operation(service, _objects(operation), names)
                for method, operation in _objects(methods).items()
            }
    return {
        "openapi": "3.1.0",
        "info": {"title": "seawright", "version": version, "description": ABOUT},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": schemes},
        "security": [*({name: []} for name in schemes), {}],
        "tags": [{"name": service} for service in documents],
    }


def _names(service: str, own: Objects, taken: Objects) -> dict[str, str]:
    """Return a name for each schema: the service's own where another has that name otherwise.

    One that refers to a schema of another name is another schema, too.
    """
    prefix = service.title().replace("-", "")
    differing: set[str] = set()
    while True:
        names = {name: f"{prefix}{name}" if name in differing else name for name in own}
        found = {
            name
            for name, schema in own.items()
            if name in taken and _text(_renamed(schema, names)) != _text(taken[name])
        }
        if found <= differing:
            return names
        differing |= found


def _text(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True)


def _objects(value: JsonValue) -> Objects:
    return cast("Objects", value)


def _operation(service: str, operation: Objects, names: Mapping[str, str]) -> JsonValue:
    renamed = _objects(_renamed(operation, names))
    prefix = service.replace("-", "_")
    name = f"{prefix}_{operation['operationId']}"
    return cast("Objects", renamed | {"tags": [service], "operationId": name})


def _renamed(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    """Return the value with its references to schemas led to their new names."""
    if isinstance(value, dict):
        return {
            key: _reference(str(entry), names) if key == "$ref" else _renamed(entry, names)
            for key, entry in value.items()
        }
    if isinstance(value, list):
        return [_renamed(entry, names) for entry in value]
    return value


def _reference(target: str, names: Mapping[str, str]) -> str:
    folder, _, name = target.rpartition("/")
    return f"{folder}/{names.get(name, name)}"
