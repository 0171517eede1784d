"""The typed client of the policy service."""

import hashlib
from typing import TypeVar, cast

import msgpack
from pydantic import BaseModel, ValidationError

from seawright_shared.clients.paths import segment
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.pages import Page
from seawright_shared.contracts.policy import (
    ChatCompletion,
    ChatModelList,
    ChatRequest,
    GenerationRequest,
    GenerationResponse,
    PublishRequest,
    RenderingRequest,
    ServedModel,
)
from seawright_shared.errors import InvalidRequestError, UnavailableError
from seawright_shared.stores.traces import TokenTrace, decode_trace

T = TypeVar("T", bound=BaseModel)
MSGPACK = "application/msgpack"


class PolicyClient:
    """One method per route of the policy. Generations may be retried: a seed fixes the draw."""

    def __init__(self, peer: Peer, *, generation_seconds: float = 300.0) -> None:
        self._peer = peer
        self._generation_seconds = generation_seconds

    async def generate(self, request: GenerationRequest) -> GenerationResponse:
        """Extend a context by messages and sample one assistant turn."""
        if request.deadline_seconds is None:
            # A little less than the patience here, so that a late turn is answered with a problem.
            seconds = self._generation_seconds * 0.95
            request = request.model_copy(update={"deadline_seconds": seconds})
        reply = await self._post("/v1/generations", request)
        try:
            return GenerationResponse.model_validate(reply)
        except ValidationError as error:
            raise UnavailableError(f"the policy answered with no generation: {error}") from error

    async def renderings(self, request: RenderingRequest) -> list[TokenTrace]:
        """Return dialogues as tokens, written by the renderer that sampling uses."""
        reply = await self._post("/v1/renderings", request)
        try:
            return [decode_trace(blob) for blob in cast("list[bytes]", reply["traces"])]
        except (KeyError, TypeError, InvalidRequestError) as error:
            raise UnavailableError(f"the policy answered with no traces: {error}") from error

    async def chat(self, request: ChatRequest) -> ChatCompletion:
        """Complete a chat in OpenAI's shapes (not streamed)."""
        plain = request.model_copy(update={"stream": False})
        return await self._peer.post(
            "/v1/chat/completions",
            plain,
            ChatCompletion,
            timeout_seconds=self._generation_seconds,
        )

    async def models(self) -> ChatModelList:
        """Return the models in OpenAI's shape."""
        return await self._peer.get("/v1/models", ChatModelList)

    async def served_models(self) -> list[ServedModel]:
        """Return every model with its current version."""
        return (await self._peer.get("/v1/served-models", Page[ServedModel])).data

    async def served_model(self, name: str) -> ServedModel:
        """Return one model with its current version."""
        return await self._peer.get(f"/v1/served-models/{segment(name)}", ServedModel)

    async def publish(self, name: str, version: int, request: PublishRequest) -> ServedModel:
        """Prepare or commit a version; call with `prepare`, then with `commit`."""
        return await self._peer.put(
            f"/v1/models/{segment(name)}/versions/{segment(version)}", request, ServedModel
        )

    async def _post(self, path: str, body: BaseModel) -> dict[str, object]:
        # msgpack's own types are partly unknown.
        content = cast("bytes", msgpack.packb(body.model_dump()))  # pyright: ignore[reportUnknownMemberType]
        reply = await self._peer.post_bytes(
            path,
            content,
            MSGPACK,
            idempotency_key=hashlib.sha256(content).hexdigest(),
            timeout_seconds=self._generation_seconds,
        )
        # msgpack's own types are partly unknown.
        return cast("dict[str, object]", msgpack.unpackb(reply))  # pyright: ignore[reportUnknownMemberType]
