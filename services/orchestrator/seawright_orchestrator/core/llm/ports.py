"""What the author asks of the world beside a model: a desk at which records can be read."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from seawright_orchestrator.core.llm.chats import ChatReply, Toolbox
from seawright_shared.records.domains import DatabaseRef, Domain
from seawright_shared.records.messages import ToolSchema


class Desks(Protocol):
    """Opens the environment's records for reading."""

    def open(self, database: DatabaseRef, domain: Domain) -> AbstractAsyncContextManager[Toolbox]:
        """Return a desk over a fresh session; the session is opened by the first call."""
        ...


class KnownReplies(Protocol):
    """Keeps replies by the hash of what was asked, so that asking again costs nothing."""

    async def found(self, key: str) -> ChatReply | None:
        """Return the reply that was kept, marked as cached."""
        ...

    async def keep(self, key: str, reply: ChatReply) -> None:
        """Remember a reply."""
        ...


def read_tools(domain: Domain) -> list[ToolSchema]:
    """Return the tools at a desk: those of the agent's that only read."""
    return [tool for tool in domain.tools if tool.kind == "read" and tool.requestor == "assistant"]
