import json
from typing import Any

from pydantic import JsonValue

from seawright_console.core.merged_openapi import Document, merged


def document(thing: JsonValue, path: str = "/v1/things") -> dict[str, JsonValue]:
    reference: JsonValue = {"$ref": "#/components/schemas/Page"}
    return {
        "paths": {path: {"get": {"operationId": "things", "responses": {"200": reference}}}},
        "components": {
            "schemas": {
                "Page": {"items": {"$ref": "#/components/schemas/Thing"}},
                "Thing": thing,
            },
            "securitySchemes": {"credentials": {"type": "http"}},
        },
    }


def merge(**documents: Document) -> Any:
    named = {name.replace("_", "-"): one for name, one in documents.items()}
    return json.loads(json.dumps(merged(named, "1")))


def test_paths_stand_below_their_service_and_operations_carry_its_name():
    found = merge(user_simulator=document({"type": "object"}))
    operation = found["paths"]["/user-simulator/v1/things"]["get"]
    assert operation["operationId"] == "user_simulator_things"
    assert operation["tags"] == ["user-simulator"]


def test_equal_schemas_are_one():
    same: JsonValue = {"type": "object"}
    found = merge(policy=document(same), trainer=document(same))
    assert set(found["components"]["schemas"]) == {"Page", "Thing"}


def test_schemas_that_differ_are_told_apart_and_so_is_what_refers_to_them():
    found = merge(policy=document({"type": "object"}), trainer=document({"type": "string"}))
    schemas = found["components"]["schemas"]
    assert schemas["Thing"] == {"type": "object"}
    assert schemas["TrainerThing"] == {"type": "string"}
    assert schemas["TrainerPage"]["items"]["$ref"].endswith("/TrainerThing")
    answer = found["paths"]["/trainer/v1/things"]["get"]["responses"]["200"]
    assert answer["$ref"].endswith("/TrainerPage")
