"""Routes of a session's snapshots."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from seawright_environment.api.session_views import shown, shown_snapshot
from seawright_environment.core.sessions import Sessions
from seawright_shared.contracts.environment import Session
from seawright_shared.contracts.environment_sessions import (
    RestoreRequest,
    Snapshot,
    SnapshotList,
    SnapshotRequest,
)

Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]


def snapshot_routes(sessions: Sessions) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/env-sessions/{session_id}", tags=["env-sessions"])

    @router.post("/snapshots", status_code=201, operation_id="take_snapshot")
    async def take(session_id: str, request: SnapshotRequest) -> Snapshot:
        """Keep the present state under a name; 409 if the name stands for another version."""
        kept = sessions.get(session_id).take_snapshot(request.name)
        return shown_snapshot(session_id, kept)

    @router.get("/snapshots", operation_id="list_snapshots")
    async def list_snapshots(session_id: str) -> SnapshotList:
        """Show the session's snapshots, in the order of their taking."""
        kept = sessions.get(session_id).snapshots.values()
        return SnapshotList(snapshots=[shown_snapshot(session_id, each) for each in kept])

    @router.delete("/snapshots/{name}", status_code=204, operation_id="drop_snapshot")
    async def drop(session_id: str, name: Name) -> Response:
        """Let a snapshot go. Dropping one that is gone already is right too."""
        sessions.get(session_id).snapshots.pop(name, None)
        return Response(status_code=204)

    @router.post("/restore", operation_id="restore_snapshot")
    async def restore(session_id: str, request: RestoreRequest) -> Session:
        """Go back to a snapshot. What was called since is forgotten, and its ids are free."""
        session = sessions.get(session_id)
        session.restore(request.snapshot)
        return shown(session)

    return router
