"""The OpenAPI documents are frozen: a change of the wire is seen in review."""

import json

import pytest

from tests.support.openapi import SERVICES, schema, snapshot_path


@pytest.mark.parametrize("service", SERVICES)
def test_the_wire_is_what_the_snapshot_says(service: str):
    frozen = json.loads(snapshot_path(service).read_text())
    assert schema(service) == frozen, "the wire changed: look at it, then run `make openapi`"


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_described_and_names_its_problems(service: str):
    for path, operations in schema(service)["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {path}"
            assert operation.get("operationId"), f"{method} {path}"
