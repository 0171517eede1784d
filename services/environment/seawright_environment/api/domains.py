"""Routes of domains and of tau2-bench's tasks."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from seawright_environment.usecases.describe_domains import DescribeDomains
from seawright_environment.usecases.list_tau2_tasks import ListTau2Tasks
from seawright_shared.contracts.environment import Tau2Tasks
from seawright_shared.contracts.environment_sessions import ToolList
from seawright_shared.contracts.pages import Page
from seawright_shared.records.domains import Domain
from seawright_shared.records.messages import Requestor


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

    @router.get("/{name}/tools", operation_id="list_tools")
    async def list_tools(
        name: str,
        form: Annotated[
            Literal["native", "openai"],
            Query(alias="format", description="openai: what chat completions take as `tools`."),
        ] = "native",
        requestor: Annotated[
            Requestor | None, Query(description="Whose tools; absent: both parties'.")
        ] = None,
    ) -> ToolList:
        """Show the tools as schemas, in the order in which a model should see them."""
        schemas = domains.tools(name, requestor)
        shown = [
            tool.as_openai() if form == "openai" else tool.model_dump(mode="json")
            for tool in schemas
        ]
        return ToolList(domain=name, version=domains(name).version, format=form, tools=shown)

    @router.get("/{name}/tau2-tasks", operation_id="list_tau2_tasks")
    async def list_tau2_tasks(
        name: str,
        split: str = Query("base", description="A split of tau2-bench: base, train, test, ..."),
    ) -> Tau2Tasks:
        """Show tau2-bench's tasks in file order; 404 where its data is not here."""
        return Tau2Tasks(tasks=await tau2_tasks(name, split))

    return router
