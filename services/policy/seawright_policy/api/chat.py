"""POST /v1/chat/completions: OpenAI's route, whole or streamed, with OpenAI's error envelope."""

from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ValidationError

from seawright_policy.api.chat_shapes import completion_of, message_of, sampling_of, schema_of
from seawright_policy.api.chat_stream import envelope, streamed
from seawright_policy.api.disconnects import while_connected
from seawright_policy.usecases.complete_chat import CompleteChat
from seawright_shared.contracts.policy import ChatCompletion, ChatRequest
from seawright_shared.errors import NotFoundError, SeawrightError
from seawright_shared.web.problems import pointer_of

DEADLINE_SECONDS = 280.0
BODY: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": ChatRequest.model_json_schema()}},
    }
}

REFUSAL = {
    "description": "OpenAI's error envelope; what the web kit refuses is a problem document.",
    "content": {
        "application/json": {"schema": {"type": "object", "required": ["error"]}},
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    },
}


def refusal(error: SeawrightError) -> Response:
    """Return a fault as OpenAI's clients read it."""
    code = "model_not_found" if isinstance(error, NotFoundError) else error.code
    param = error.errors[0].pointer if error.errors else None
    status = 400 if error.status == 422 else error.status
    return JSONResponse(envelope(error.detail, code, param), status)


def chat_routes(complete: CompleteChat) -> APIRouter:
    """Return OpenAI's chat route."""
    router = APIRouter(tags=["chat"])

    @router.post(
        "/v1/chat/completions",
        openapi_extra=BODY,
        response_model=ChatCompletion,
        responses={"4XX": REFUSAL, "5XX": REFUSAL},
    )
    async def chat_completions(request: Request) -> Response:
        created = int(datetime.now(UTC).timestamp())
        try:
            asked = ChatRequest.model_validate_json(await request.body())
            messages = [message_of(one, at) for at, one in enumerate(asked.messages)]
            ask = partial(
                complete, asked.model, messages, [schema_of(one) for one in asked.tools],
                sampling_of(asked),
            )  # fmt: skip
            if asked.stream:
                complete.text_of(asked.model, [])
                events = streamed(asked, ask, complete, created)
                return StreamingResponse(events, media_type="text/event-stream")
            answer = await while_connected(request, ask(), seconds=DEADLINE_SECONDS)
        except ValidationError as error:
            first = error.errors()[0]
            pointer = pointer_of(("body", *first["loc"]))
            return JSONResponse(
                envelope(f"{pointer}: {first['msg']}", "invalid-request", pointer), 400
            )
        except SeawrightError as error:
            return refusal(error)
        return JSONResponse(completion_of(asked, answer, created).model_dump(exclude_none=True))

    return router
