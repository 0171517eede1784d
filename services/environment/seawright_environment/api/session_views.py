"""How a session and its snapshots are shown."""

from seawright_environment.core.sessions import KeptState, OpenSession
from seawright_shared.contracts.environment import Session
from seawright_shared.contracts.environment_sessions import Snapshot


def shown(session: OpenSession) -> Session:
    """Return the session as others see it."""
    world = session.world
    return Session(
        id=session.id,
        domain=world.base.content.name,
        version=world.version,
        state_hash=world.state_hash(),
        user_state_hash=world.user_state_hash(),
    )


def shown_snapshot(session_id: str, kept: KeptState) -> Snapshot:
    """Return the snapshot as others see it."""
    return Snapshot(
        name=kept.name,
        session_id=session_id,
        version=kept.world.version,
        state_hash=kept.world.state_hash(),
        user_state_hash=kept.world.user_state_hash(),
    )
