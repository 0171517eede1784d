"""Open a session, or re-open a lost one by its history."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from seawright_environment.core.databases import Databases
from seawright_environment.core.sessions import OpenSession, Sessions
from seawright_environment.core.world import World
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.ids import NewId
from seawright_shared.records.tasks import EnvironmentCall, PatchOp


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSessionFor:
    """Builds the world off the event loop, replays the history, keeps the session."""

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
    ) -> OpenSession:
        """Return the open session, or raise `InvalidRequestError` naming what does not fit."""

        def build() -> World:
            world = World.open(self.databases.load(database), patch, calls)
            for call in history:
                world.call(call.requestor, call.name, call.arguments)
            world.state_hash()
            return world

        world = await asyncio.to_thread(build)
        session = OpenSession(id=self.new_id("session"), world=world)
        self.sessions.put(session)
        return session
