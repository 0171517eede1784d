"""The route of the audit trail, the same in every service."""

import asyncio
from typing import cast

from fastapi import APIRouter

from seawright_shared.access.audit import AuditEvent, AuditTrail
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import NotFoundError
from seawright_shared.web.pages import PageDep, page_of, require_key

LARGEST_PLACE = 2**62


def audit_routes(trail: AuditTrail | None) -> APIRouter:
    """Return the route under /v1/audit-events; None: this service keeps no events."""
    router = APIRouter(prefix="/v1/audit-events", tags=["audit-events"])

    @router.get("", operation_id="list_audit_events")
    async def list_events(page: PageDep) -> Page[AuditEvent]:
        """List writes and refusals, oldest first. Needs `admin`, and a service that keeps them."""
        if trail is None:
            raise NotFoundError(
                "no audit events are kept here: SEAWRIGHT_ACCESS_AUDIT_FILE is not set"
            )
        after = cast("tuple[int] | None", require_key(page.after, [int]))
        place = 0 if after is None else max(0, min(LARGEST_PLACE, after[0]))
        rows = await asyncio.to_thread(trail.read, place, page.limit + 1)
        return page_of(rows, page, lambda one: [one.end], lambda one: one.event)

    return router
