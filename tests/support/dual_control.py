"""An environment whose one domain has tools for both parties, put together from its parts."""

import secrets
from dataclasses import replace

from fastapi import FastAPI

from seawright_environment.adapters.memory_sessions import MemorySessions, SessionLimits
from seawright_environment.api.mcp import mcp_routes
from seawright_environment.api.sessions import SessionUseCases, session_routes
from seawright_environment.core.databases import Databases
from seawright_environment.core.toolkits import Tool, Toolkit
from seawright_environment.domains.retail.content import RETAIL
from seawright_environment.usecases.call_tool import CallTool
from seawright_environment.usecases.fork_session import ForkSession
from seawright_environment.usecases.grant_capability import GrantCapability
from seawright_environment.usecases.open_session import OpenSessionFor
from seawright_environment.usecases.serve_mcp import ServeMcp
from seawright_shared.records.ids import new_id
from seawright_shared.web.create_app import create_app

NAME = "dual"


def with_dual_control() -> FastAPI:
    """Return the app."""
    look = Tool(
        name="look_at_receipt",
        kind="read",
        description="Reads the receipt in your hand.",
        parameters={},
        run=lambda _: "a receipt",
    )
    content = replace(
        RETAIL, name=NAME, user_toolkit=Toolkit(label="UserTools", tools={look.name: look})
    )
    databases = Databases({NAME: content})
    sessions = MemorySessions(SessionLimits(max_sessions=9, ttl_seconds=60), clock=lambda: 0.0)
    use = SessionUseCases(
        sessions=sessions,
        open_session=OpenSessionFor(databases=databases, sessions=sessions, new_id=new_id),
        call_tool=CallTool(sessions),
        fork_session=ForkSession(sessions=sessions, new_id=new_id),
    )
    serve = ServeMcp(domains={NAME: content.describe()}, new_id=new_id)
    grant = GrantCapability(sessions=sessions, new_token=secrets.token_urlsafe)
    routers = [session_routes(use), mcp_routes(sessions, serve, grant, new_id)]
    return create_app("environment", routers)
