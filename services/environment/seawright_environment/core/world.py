"""World: the state and the tools of one episode."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.patches import apply_patch, diff_states
from seawright_environment.core.sides import (
    USER_TABLE,
    text_hash,
    user_document,
)
from seawright_environment.core.state import Database, State, Table
from seawright_environment.core.toolkits import REFUSALS, Tool, Toolkit, run_bound, run_tool
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
    is_solo: bool = False
    """Whether the agent holds the user's tools, too; the user then has none."""
    common_side: Requestor | None = None
    """Whose database both parties' tools stand on: tau2-bench's quirk after it merged data into
    one side. None: each party's tools stand on its own."""

    @staticmethod
    def open(
        base: Base,
        patch: Sequence[PatchOp] = (),
        calls: Sequence[EnvironmentCall] = (),
        *,
        is_solo: bool = False,
    ) -> "World":
        """Return a fresh world, or raise `InvalidRequestError` where patch or calls do not fit."""
        if is_solo and base.content.user_toolkit is None:
            raise _misfit("/is_solo", f"in {base.content.name} the user has no tools to take over")
        state = State(base.database)
        apply_patch(state, patch)
        if patch and not calls and base.content.sync is not None:
            _carry_over(base.content.sync, state)
        world = World(base=base, start=state, state=state.fork())
        for index, call in enumerate(calls):
            result = world.prepare(call)
            if result.error:
                raise _misfit(f"/initial_calls/{index}", result.content)
        if calls:
            world.start, world.version = world.state.fork(), 0
        # What prepares a task's start is not in anybody's hands.
        world.is_solo = is_solo
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
        *,
        is_synced: bool = True,
    ) -> ToolResult:
        """Run one tool. A refusal is a result with `error` set, never an exception.

        tau2-bench's gold is run without carrying changes over to the other side.
        """
        kit = self._kit(requestor, name)
        self.version += 1
        return self._run(
            lambda state: run_tool(kit, state, name, arguments),
            call_id,
            may_write=self.base.content.is_write(name),
            is_synced=is_synced,
        )

    def prepare(self, call: EnvironmentCall) -> ToolResult:
        """Run a call outside the dialogue: a tool, or a function that no party may call."""
        function = self.base.content.functions.get(call.name)
        if function is None:
            return self.call(call.requestor, call.name, call.arguments)
        self.version += 1
        return self._run(lambda state: run_bound(function, state, f"{call.name}()", call.arguments))

    def tools_of(self, requestor: Requestor) -> Mapping[str, Tool]:
        """Return the tools that a party may call here."""
        kits = [self.base.content.kit_of(requestor)]
        if self.is_solo:
            user_kit = self.base.content.user_toolkit
            kits = [user_kit, self.base.content.toolkit] if requestor == "assistant" else []
        return {name: tool for kit in kits if kit is not None for name, tool in kit.tools.items()}

    def _kit(self, requestor: Requestor, name: str) -> Toolkit | None:
        content = self.base.content
        if not self.is_solo:
            return content.kit_of(requestor)
        if requestor == "user":
            return None
        user_kit = content.user_toolkit
        is_user_tool = name not in content.toolkit.tools and user_kit and name in user_kit.tools
        return user_kit if is_user_tool else content.toolkit

    def _run(
        self,
        run: Callable[[State], str],
        call_id: str = "",
        *,
        may_write: bool = True,
        is_synced: bool = True,
    ) -> ToolResult:
        """Return what a call answers. On a generated database, a refused one changes nothing."""
        is_kept = may_write and not self.base.database.is_exact
        before = self.state.fork() if is_kept else None
        sync = self.base.content.sync
        try:
            content = run(self.state)
            if sync is not None and is_synced and may_write:
                sync(self.state)
        except REFUSALS as refusal:
            if before is not None:
                self.state = before
            return ToolResult(call_id=call_id, content=f"Error: {refusal}", error=True)
        return ToolResult(call_id=call_id, content=content)

    def fork(self) -> "World":
        """Return an independent world of the same start, state and version."""
        return World(
            base=self.base,
            start=self.start,
            state=self.state.fork(),
            version=self.version,
            is_solo=self.is_solo,
            common_side=self.common_side,
        )

    def diff(self) -> list[PatchOp]:
        """Return what differs from the start."""
        return diff_states(self.start, self.state)

    def state_hash(self) -> str:
        """Return the hash of the agent's database: equal exactly where they are.

        On tau2-bench's data it is tau2-bench's own; on a generated database it is made of the
        base's name and of what differs from it, so that it costs what changed.
        """
        content, database = self.base.content, self.base.database
        if not database.has_text_hash:
            return self._changes_hash(is_user=False)
        if self.common_side == "user":
            return text_hash(user_document(self.state))
        if content.is_two_sided:
            return database.side_hash_of(self.state.overlay, USER_TABLE, content.list_tables)
        return database.hash_of(self.state.overlay)

    def user_state_hash(self) -> str | None:
        """Return the hash of the user's database; None where he has none."""
        if not self.base.content.is_two_sided:
            return None
        if not self.base.database.has_text_hash:
            return self._changes_hash(is_user=True)
        if self.common_side == "assistant":
            return self.state_hash()
        return text_hash(user_document(self.state))

    def _changes_hash(self, *, is_user: bool) -> str:
        database = self.base.database
        facts: JsonObject = {
            "base": database.name,
            "diff": [
                operation.model_dump(mode="json")
                for operation in diff_states(State(database), self.state)
                if (operation.path[0] == USER_TABLE) == is_user
            ],
        }
        return content_hash(facts)


def _carry_over(sync: Callable[[State], None], state: State) -> None:
    """Carry over what a patch means for the other side; a patch may make that impossible."""
    try:
        sync(state)
    except REFUSALS as refusal:
        raise _misfit("/initial_patch", f"Error: {refusal}") from refusal


def _misfit(pointer: str, detail: str) -> InvalidRequestError:
    error = FieldError(pointer=pointer, code="refused", detail=detail)
    return InvalidRequestError(f"{pointer}: {detail}", errors=[error])
