"""GET /v1/capacity."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter

from seawright_shared.contracts.environment_sessions import Capacity
from seawright_shared.web.health import Fullness


def fullness_of(capacity: Callable[[], Awaitable[Capacity]]) -> Fullness:
    """Return what tells which share of the places is taken."""

    async def fullness() -> Mapping[str, float]:
        told = await capacity()
        return {
            "sessions": told.num_sessions / told.max_sessions,
            "verifications": told.num_heavy / told.max_heavy,
        }

    return fullness


def capacity_routes(capacity: Callable[[], Awaitable[Capacity]]) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/v1", tags=["capacity"])

    @router.get("/capacity", operation_id="get_capacity")
    async def get_capacity() -> Capacity:
        """Show how much room there is, and what the limits are."""
        return await capacity()

    return router
