"""Bodies in MessagePack: parsed as strictly as JSON ones."""

from typing import TypeVar, cast

import msgpack
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from seawright_shared.errors import InvalidRequestError

T = TypeVar("T", bound=BaseModel)
MEDIA_TYPE = "application/msgpack"


async def read_body(request: Request, model: type[T]) -> T:
    """Return the body as the model, or a problem that names each wrong field."""
    raw = await request.body()
    try:
        plain = msgpack.unpackb(raw, strict_map_key=False)
    except (ValueError, TypeError, msgpack.UnpackException, RecursionError) as error:
        raise InvalidRequestError(f"the body is not MessagePack: {error}") from error
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        entries = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors()]
        raise RequestValidationError(entries) from error


def reply(plain: object) -> Response:
    """Return plain values as a MessagePack response."""
    return Response(cast("bytes", msgpack.packb(plain)), media_type=MEDIA_TYPE)


def described(request_model: type[BaseModel], says: str) -> dict[str, object]:
    """Return the OpenAPI words for a route with MessagePack bodies."""
    schema = {"type": "string", "format": "binary", "description": says}
    answer = {"schema": schema, "example": "(bytes)"}
    return {
        "requestBody": {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": request_model.model_json_schema(mode="validation")}},
        },
        "responses": {"200": {"description": says, "content": {MEDIA_TYPE: answer}}},
    }
