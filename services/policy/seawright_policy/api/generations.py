"""POST /v1/generations and /v1/renderings: the token-exact routes, in MessagePack."""

import asyncio

from fastapi import APIRouter, Request, Response

from seawright_policy.api.disconnects import while_connected
from seawright_policy.api.msgpack_bodies import described, read_body, reply
from seawright_policy.usecases.generate_turn import Generated, GenerateTurn, Prompt
from seawright_policy.usecases.render_dialogues import RenderDialogues
from seawright_shared.contracts.policy import (
    GenerationRequest,
    GenerationResponse,
    RenderingRequest,
)
from seawright_shared.stores.traces import encode_trace

DEADLINE_SECONDS = 280.0
"""Below the client's patience of 300 s, so that a late turn is answered with a problem."""


def response_of(done: Generated) -> GenerationResponse:
    """Return what the caller gets; calls turn `stop` into `tool_calls`."""
    has_calls = done.finish == "stop" and bool(done.message.tool_calls)
    return GenerationResponse(
        context=done.context.encoded(),
        message=done.message,
        finish="tool_calls" if has_calls else done.finish,
        version=done.version,
        num_prompt_tokens=done.num_prompt_tokens,
        num_sampled_tokens=done.num_sampled_tokens,
    )


def generation_routes(generate: GenerateTurn, render: RenderDialogues) -> APIRouter:
    """Return the token-exact routes."""
    router = APIRouter(tags=["generations"])

    @router.post(
        "/v1/generations",
        openapi_extra=described(GenerationRequest, "A GenerationResponse in MessagePack."),
        response_class=Response,
    )
    async def generations(request: Request) -> Response:
        asked = await read_body(request, GenerationRequest)
        prompt = Prompt(
            model=asked.model,
            version=asked.version,
            context=asked.context,
            messages=asked.messages,
            tools=asked.tools,
            sampling=asked.sampling,
        )
        seconds = min(asked.deadline_seconds or DEADLINE_SECONDS, DEADLINE_SECONDS)
        done = await while_connected(request, generate(prompt), seconds=seconds)
        return reply(response_of(done).model_dump())

    @router.post(
        "/v1/renderings",
        openapi_extra=described(RenderingRequest, "Encoded token traces in MessagePack."),
        response_class=Response,
    )
    async def renderings(request: Request) -> Response:
        asked = await read_body(request, RenderingRequest)
        traces = await asyncio.to_thread(render, asked.model, asked.dialogues, asked.role)
        return reply({"traces": [encode_trace(trace) for trace in traces]})

    return router
