"""The typed client of user quality reports."""

from seawright_shared.clients.paging import Params, paged
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.pages import Page
from seawright_shared.records.ids import new_id
from seawright_shared.records.user_quality import UserQualityReport, UserQualitySpec


class UserQualityReports:
    """Asks the orchestrator to measure simulated users, and reads what it found."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def start(
        self, spec: UserQualitySpec, *, idempotency_key: str | None = None
    ) -> UserQualityReport:
        """Start a report. A repeated key returns the first one."""
        key = idempotency_key or new_id("key")
        return await self._peer.post(
            "/v1/user-quality-reports", spec, UserQualityReport, idempotency_key=key
        )

    async def get(self, report_id: str) -> UserQualityReport:
        """Return one report."""
        return await self._peer.get(f"/v1/user-quality-reports/{report_id}", UserQualityReport)

    async def page(
        self, *, model: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[UserQualityReport]:
        """Return a page of reports, newest first; of one user model if it is named."""
        params: Params = {**paged(cursor, limit), "model": model}
        return await self._peer.get(
            "/v1/user-quality-reports", Page[UserQualityReport], params=params
        )

    async def ended(self, report_id: str) -> UserQualityReport:
        """Wait for the end of a report and return it."""
        async for _ in self._peer.events(f"/v1/user-quality-reports/{report_id}/events"):
            pass
        return await self.get(report_id)
