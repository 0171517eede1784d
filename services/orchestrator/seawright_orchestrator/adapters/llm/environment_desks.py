"""A desk at which a model may read records: a session of the environment, read tools alone."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from seawright_orchestrator.core.llm.ports import read_tools
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.environment_session import EnvironmentSession
from seawright_shared.records.domains import DatabaseRef, Domain
from seawright_shared.records.messages import ToolCall


@dataclass(slots=True, kw_only=True)
class EnvironmentDesk:
    """One session, opened by the first call. What writes is refused before it gets there."""

    client: EnvironmentClient
    database: DatabaseRef
    names: frozenset[str]
    session: EnvironmentSession | None = None
    num_calls: int = 0

    async def call(self, call: ToolCall) -> str:
        """Return the tool's answer; a call that is not possible is told so."""
        if call.name not in self.names:
            return f"Error: there is no tool {call.name} at this desk"
        if self.session is None:
            self.session = await self.client.open_session(self.database)
        # A model may use an id twice; sessions answer the same id the same.
        self.num_calls += 1
        own = ToolCall(id=f"desk_{self.num_calls}", name=call.name, arguments=call.arguments)
        return (await self.session.call(own)).content


@dataclass(frozen=True, slots=True)
class EnvironmentDesks:
    """Opens desks, and closes their sessions."""

    client: EnvironmentClient

    @asynccontextmanager
    async def open(self, database: DatabaseRef, domain: Domain) -> AsyncGenerator[EnvironmentDesk]:
        """Yield a desk over a fresh session."""
        names = frozenset(tool.name for tool in read_tools(domain))
        desk = EnvironmentDesk(client=self.client, database=database, names=names)
        try:
            yield desk
        finally:
            if desk.session is not None:
                await desk.session.close()
