"""Routes of domains and of tau2-bench's tasks."""

from fastapi import APIRouter, Query

from seawright_environment.usecases.describe_domains import DescribeDomains
from seawright_environment.usecases.list_tau2_tasks import ListTau2Tasks
from seawright_shared.contracts.environment import Tau2Tasks
from seawright_shared.contracts.pages import Page
from seawright_shared.records.domains import Domain


def domain_routes(domains: DescribeDomains, tau2_tasks: ListTau2Tasks) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/domains", tags=["domains"])

    @router.get("", operation_id="list_domains")
    async def list_domains() -> Page[Domain]:
        """Show every domain: there are few, so they are one page."""
        return Page(data=domains.all())

    @router.get("/{name}", operation_id="get_domain")
    async def get_domain(name: str) -> Domain:
        """Show a domain: policy text, tools, goal types."""
        return domains(name)

    @router.get("/{name}/tau2-tasks", operation_id="list_tau2_tasks")
    async def list_tau2_tasks(
        name: str,
        split: str = Query("base", description="A split of tau2-bench: base, train, test, ..."),
    ) -> Tau2Tasks:
        """Show tau2-bench's tasks in file order; 404 where its data is not here."""
        return Tau2Tasks(tasks=await tau2_tasks(name, split))

    return router
