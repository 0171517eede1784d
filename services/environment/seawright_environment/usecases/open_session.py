"""Open a session, or re-open a lost one by its history."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_environment.core.databases import Databases
from seawright_environment.core.sessions import Invocation, OpenSession, Sessions
from seawright_environment.core.world import Base, World
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.ids import NewId
from seawright_shared.records.tasks import EnvironmentCall, PatchOp

MAX_OPERATIONS_ON_LOOP = 16
"""Patch operations and calls that take less than a thread's turn would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSessionFor:
    """Builds the world, replays the history, keeps the session."""

    databases: Databases
    sessions: Sessions
    new_id: NewId

    async def __call__(
        self,
        database: DatabaseRef,
        *,
        patch: Sequence[PatchOp] = (),
        calls: Sequence[EnvironmentCall] = (),
        history: Sequence[EnvironmentCall] = (),
        is_solo: bool = False,
    ) -> OpenSession:
        """Return the open session, or raise `InvalidRequestError` naming what does not fit.

        The history's calls have the ids `history:0`, `history:1`, ...
        """

        def build(base: Base) -> OpenSession:
            world = World.open(base, patch, calls, is_solo=is_solo)
            session = OpenSession(id=self.new_id("session"), world=world)
            for number, call in enumerate(history):
                session.call(
                    Invocation(
                        call_id=f"history:{number}",
                        requestor=call.requestor,
                        name=call.name,
                        arguments=call.arguments,
                    )
                )
            session.world.state_hash()
            return session

        base = self.databases.ready(database)
        if base is not None and len(patch) + len(calls) + len(history) <= MAX_OPERATIONS_ON_LOOP:
            session = build(base)
        else:
            session = await asyncio.to_thread(lambda: build(self.databases.load(database)))
        self.sessions.put(session)
        return session
