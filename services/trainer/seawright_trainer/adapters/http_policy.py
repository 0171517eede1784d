"""The policy service over HTTP."""

from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import PublishRequest, RenderingRequest, ServedModel
from seawright_shared.errors import NotFoundError
from seawright_shared.stores.traces import TokenTrace


class HttpPolicy:
    """The port `Policy` by the typed client."""

    def __init__(self, client: PolicyClient) -> None:
        self._client = client

    async def served(self, name: str) -> ServedModel | None:
        """Return the model, or None where it is not served."""
        try:
            return await self._client.served_model(name)
        except NotFoundError:
            return None

    async def publish(self, name: str, version: int, request: PublishRequest) -> ServedModel:
        """One phase of a publication."""
        return await self._client.publish(name, version, request)

    async def renderings(self, request: RenderingRequest) -> list[TokenTrace]:
        """Return dialogues as tokens."""
        return await self._client.renderings(request)
