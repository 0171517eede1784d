"""World: the state and the tools of one episode."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.patches import apply_patch, diff_states
from seawright_environment.core.state import Database, State, Table
from seawright_environment.core.toolkits import REFUSALS, run_tool
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.base import content_hash
from seawright_shared.records.messages import Requestor, ToolResult
from seawright_shared.records.tasks import EnvironmentCall, PatchOp


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A domain and one of its databases: what worlds are opened on, shared by all of them."""

    content: DomainContent
    database: Database


@dataclass(slots=True, kw_only=True)
class World:
    """One episode's world. Opening copies nothing; forks share what neither changes."""

    base: Base
    start: State
    """After the patch and the initial calls; what `diff` compares with."""
    state: State
    version: int = 0
    """Calls executed since the start."""

    @staticmethod
    def open(
        base: Base, patch: Sequence[PatchOp] = (), calls: Sequence[EnvironmentCall] = ()
    ) -> "World":
        """Return a fresh world, or raise `InvalidRequestError` where patch or calls do not fit."""
        state = State(base.database)
        apply_patch(state, patch)
        world = World(base=base, start=state, state=state.fork())
        for index, call in enumerate(calls):
            result = world.call(call.requestor, call.name, call.arguments)
            if result.error:
                pointer = f"/initial_calls/{index}"
                error = FieldError(pointer=pointer, code="refused", detail=result.content)
                raise InvalidRequestError(f"{pointer}: {result.content}", errors=[error])
        if calls:
            world.start, world.version = world.state.fork(), 0
        return world

    @property
    def initial(self) -> Mapping[str, Table]:
        """The state at the start, read-only: `initial["orders"]["#W1"]["status"]`."""
        return self.start.view()

    @property
    def view(self) -> Mapping[str, Table]:
        """The state now, read-only."""
        return self.state.view()

    def call(
        self,
        requestor: Requestor,
        name: str,
        arguments: Mapping[str, JsonValue],
        call_id: str = "",
    ) -> ToolResult:
        """Run one tool. A refusal is a result with `error` set, never an exception."""
        kit = self.base.content.kit_of(requestor)
        self.version += 1
        try:
            content = run_tool(kit, self.state, name, arguments)
        except REFUSALS as refusal:
            return ToolResult(call_id=call_id, content=f"Error: {refusal}", error=True)
        return ToolResult(call_id=call_id, content=content)

    def fork(self) -> "World":
        """Return an independent world of the same start, state and version."""
        return World(
            base=self.base, start=self.start, state=self.state.fork(), version=self.version
        )

    def diff(self) -> list[PatchOp]:
        """Return what differs from the start."""
        return diff_states(self.start, self.state)

    def state_hash(self) -> str:
        """Return the hash of the state: equal exactly where the states are.

        On tau2-bench's data it is tau2-bench's own; on a generated database it is made of the
        base's name and of what differs from it, so that it costs what changed.
        """
        database = self.base.database
        if database.has_text_hash:
            return database.hash_of(self.state.overlay)
        changed = diff_states(State(database), self.state)
        facts: JsonObject = {
            "base": database.name,
            "diff": [operation.model_dump(mode="json") for operation in changed],
        }
        return content_hash(facts)
