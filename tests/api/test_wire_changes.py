"""A client that was written by the document of the last landing is still served."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.openapi import ROOT, WHOLE, snapshot_path
from tests.support.wire_changes import broken

BASELINE = ROOT / "docs" / "api" / "baseline.json"
Document = dict[str, Any]

DECLARED_LATE = {
    f"POST /orchestrator/v1/{runs}: header Idempotency-Key is newly required"
    for runs in ("evaluation-runs", "rollout-streams", "synthesis-runs", "user-quality-reports")
} | {
    "GET /orchestrator/v1/datasets/{dataset_id}/card: answer 200: text/plain is gone",
    "GET /orchestrator/v1/trajectories/{trajectory_id}/trace: answer 200: application/json is gone",
}
"""What was so before, when the document did not say it: requests without that header have always
been refused, and these answers have always been Markdown and MessagePack. Empty it with the
baseline's next move."""


def served() -> Document:
    return json.loads(snapshot_path(WHOLE).read_text())


def test_nothing_breaks_for_the_clients_of_the_last_landing():
    found = broken(json.loads(BASELINE.read_text()), served())
    assert set(found) - DECLARED_LATE == set(), (
        "see docs/api/README.md for what breaks a client, and what to do"
    )


def test_nothing_is_excused_that_breaks_nobody():
    found = broken(json.loads(BASELINE.read_text()), served())
    assert DECLARED_LATE - set(found) == set(), "the baseline has moved: take these out"


def test_a_document_breaks_nothing_of_itself():
    assert broken(served(), served()) == []


def toy() -> Document:
    """A document of one route that asks and answers by reference."""
    order = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 20},
            "count": {"type": "integer", "minimum": 0},
            "size": {"enum": ["small", "large"], "type": "string"},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    }
    made = {
        "type": "object",
        "required": ["order_id", "size"],
        "properties": {
            "order_id": {"type": "string"},
            "size": {"enum": ["small", "large"], "type": "string"},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Made"}},
        },
    }
    operation = {
        "parameters": [{"in": "query", "name": "dry", "schema": {"type": "boolean"}}],
        "requestBody": {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
        },
        "responses": {
            "201": {
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Made"}}}
            }
        },
    }
    return {
        "paths": {"/orders": {"post": operation}},
        "components": {"schemas": {"Order": order, "Made": made}},
    }


def changed(change: Callable[[Document, Document, Document], object]) -> Document:
    """Return the toy after a change of its operation, its request or its answer."""
    document = copy.deepcopy(toy())
    schemas = document["components"]["schemas"]
    change(document["paths"]["/orders"]["post"], schemas["Order"], schemas["Made"])
    return document


def rename(properties: Document, name: str, new: str) -> None:
    properties[new] = properties.pop(name)


BREAKING: dict[str, Callable[[Document, Document, Document], object]] = {
    "an answer is gone": lambda op, o, m: op["responses"].pop("201"),
    "a parameter is gone": lambda op, o, m: op["parameters"].clear(),
    "a parameter is required": lambda op, o, m: op["parameters"][0].update(required=True),
    "a new parameter is required": lambda op, o, m: op["parameters"].append(
        {"in": "header", "name": "who", "required": True, "schema": {"type": "string"}}
    ),
    "the body is required": lambda op, o, m: op["requestBody"].update(required=True),
    "a media type is gone": lambda op, o, m: op["requestBody"]["content"].clear(),
    "a request's field is gone": lambda op, o, m: o["properties"].pop("count"),
    "a request's field is required": lambda op, o, m: o["required"].append("count"),
    "a request's type is narrower": lambda op, o, m: o["properties"].update(
        note={"type": "string"}
    ),
    "a request's value is gone": lambda op, o, m: o["properties"]["size"]["enum"].pop(),
    "a request's bound is tighter": lambda op, o, m: o["properties"]["count"].update(minimum=1),
    "a request's bound is new": lambda op, o, m: o["properties"]["count"].update(maximum=9),
    "a request's text is shorter": lambda op, o, m: o["properties"]["name"].update(maxLength=9),
    "a request's text has a form": lambda op, o, m: o["properties"]["name"].update(pattern="a"),
    "an answer's field is gone": lambda op, o, m: m["properties"].pop("parts"),
    "an answer's field is renamed": lambda op, o, m: rename(m["properties"], "order_id", "id"),
    "an answer's field may be missing": lambda op, o, m: m["required"].remove("size"),
    "an answer's field may be null": lambda op, o, m: m["properties"].update(
        order_id={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "an answer's type is another": lambda op, o, m: m["properties"].update(
        order_id={"type": "integer"}
    ),
    "an answer's items are others": lambda op, o, m: m["properties"]["parts"].update(
        items={"type": "string"}
    ),
}
ADDING: dict[str, Callable[[Document, Document, Document], object]] = {
    "another answer": lambda op, o, m: op["responses"].update({"202": {}}),
    "an optional parameter": lambda op, o, m: op["parameters"].append(
        {"in": "query", "name": "wide", "schema": {"type": "boolean"}}
    ),
    "an optional field of a request": lambda op, o, m: o["properties"].update(more={}),
    "a field of a request that is optional now": lambda op, o, m: o["required"].clear(),
    "a wider type in a request": lambda op, o, m: o["properties"].update(
        count={"type": "number", "minimum": 0}
    ),
    "another value in a request": lambda op, o, m: o["properties"]["size"]["enum"].append("huge"),
    "a looser bound in a request": lambda op, o, m: o["properties"]["count"].update(minimum=-1),
    "another field of an answer": lambda op, o, m: m["properties"].update(more={}),
    "another value in an answer": lambda op, o, m: m["properties"]["size"]["enum"].append("huge"),
    "a field of an answer that is always there": lambda op, o, m: m["required"].append("parts"),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_change_that_breaks_clients_is_told(name: str):
    (told, *_) = broken(toy(), changed(BREAKING[name]))
    assert told.startswith("POST /orders: ")


@pytest.mark.parametrize("name", ADDING)
def test_an_addition_breaks_nobody(name: str):
    assert broken(toy(), changed(ADDING[name])) == []


def test_a_type_defined_in_place_is_the_same_type_as_a_component():
    order = toy()["components"]["schemas"]["Order"]
    within: Document = {"$ref": "#/$defs/Order", "$defs": {"Order": order}}
    before = toy()
    content = before["paths"]["/orders"]["post"]["requestBody"]["content"]
    content["application/json"] = {"schema": within}
    assert broken(before, toy()) == []
    assert "POST /orders: request.count is gone" in broken(
        before, changed(BREAKING["a request's field is gone"])
    )


def test_a_route_that_is_gone_is_told():
    assert broken(toy(), {"paths": {}}) == ["POST /orders: the route is gone"]
