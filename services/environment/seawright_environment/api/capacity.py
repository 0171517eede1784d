"""GET /v1/capacity."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter

from seawright_shared.contracts.environment_sessions import Capacity


def capacity_routes(capacity: Callable[[], Awaitable[Capacity]]) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/v1", tags=["capacity"])

    @router.get("/capacity", operation_id="get_capacity")
    async def get_capacity() -> Capacity:
        """Show how much room there is, and what the limits are."""
        return await capacity()

    return router
