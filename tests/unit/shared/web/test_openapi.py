"""A document defines its types once, among its components."""

import json

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from seawright_shared.records.jobs import RunEvent
from seawright_shared.web.create_app import create_app


class Part(BaseModel):
    size: int = 1


class Whole(BaseModel):
    part: Part


def app_reading(model: type[BaseModel], answer: type[BaseModel]) -> FastAPI:
    """An app whose one route reads its body itself, and says so."""
    schema = model.model_json_schema()
    body = {"content": {"application/msgpack": {"schema": schema}}}
    router = APIRouter()

    @router.post("/v1/wholes", openapi_extra={"requestBody": body}, response_model=answer)
    async def post() -> None: ...

    return create_app("toy", [router])


def test_what_a_route_defines_in_place_is_lifted_among_the_components():
    document = app_reading(Whole, RunEvent).openapi()
    assert "$defs" not in json.dumps(document)
    body = document["paths"]["/v1/wholes"]["post"]["requestBody"]
    schema = body["content"]["application/msgpack"]["schema"]
    assert schema["properties"]["part"] == {"$ref": "#/components/schemas/Part"}
    assert document["components"]["schemas"]["Part"]["properties"]["size"]["default"] == 1


def test_one_that_differs_from_a_component_of_its_name_gets_another():
    asked = Whole

    class Part(BaseModel):
        size: int

    document = app_reading(asked, Part).openapi()
    schemas = document["components"]["schemas"]
    assert schemas["Part"]["required"] == ["size"]
    assert "required" not in schemas["Part-Input"]
    body = document["paths"]["/v1/wholes"]["post"]["requestBody"]
    schema = body["content"]["application/msgpack"]["schema"]
    assert schema["properties"]["part"] == {"$ref": "#/components/schemas/Part-Input"}
