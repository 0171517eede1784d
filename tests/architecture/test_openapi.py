"""The OpenAPI documents are frozen: a change of the wire is seen in review."""

import json
import re

import pytest

from tests.support.openapi import SERVICES, WHOLE, schema, snapshot_path, whole


@pytest.mark.parametrize("service", SERVICES)
def test_the_wire_is_what_the_snapshot_says(service: str):
    frozen = json.loads(snapshot_path(service).read_text())
    assert schema(service) == frozen, "the wire changed: look at it, then run `make openapi`"


def test_the_whole_wire_is_what_its_snapshot_says_and_names_no_operation_twice():
    document = whole()
    assert document == json.loads(snapshot_path(WHOLE).read_text()), "run `make openapi`"
    names = [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
    ]
    assert len(set(names)) == len(names)


def test_every_reference_of_the_whole_leads_somewhere():
    text = json.dumps(whole())
    schemas = whole()["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= set(schemas)


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_described_and_names_its_problems(service: str):
    for path, operations in schema(service)["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {path}"
            assert operation.get("operationId"), f"{method} {path}"
