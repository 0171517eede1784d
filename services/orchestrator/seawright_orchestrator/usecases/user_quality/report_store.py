"""The store of user quality reports, as a port."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.contracts.pages import Page
from seawright_shared.records.user_quality import UserQualityReport, UserQualitySpec
from seawright_shared.web.pages import PageParams


class ReportStore(Protocol):
    """User quality reports."""

    async def create(
        self, connection: AsyncConnection, report_id: str, spec: UserQualitySpec
    ) -> UserQualityReport:
        """Store a report that is not measured yet, and ask for it to be."""
        ...

    async def get(self, report_id: str) -> UserQualityReport:
        """Return one report."""
        ...

    async def page(self, params: PageParams, model: str | None) -> Page[UserQualityReport]:
        """Return a page of reports, newest first; of one user model if it is named."""
        ...
