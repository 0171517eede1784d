"""Play the user's next turn with the engine that the request names."""

from collections.abc import Mapping
from dataclasses import dataclass

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_user_simulator.core.ports import Cue, Reply, UserEngine


@dataclass(frozen=True, slots=True)
class PlayTurn:
    """Check what the engine relies on, then ask it."""

    engines: Mapping[str, UserEngine]

    async def __call__(self, cue: Cue) -> Reply:
        """Return the user's next message, or say which field makes that impossible."""
        engine = self.engines.get(cue.user.kind)
        if engine is None:
            raise _wrong("/user/kind", f"no {cue.user.kind} user is configured here")
        if cue.user.kind == "model" and not cue.user.model:
            raise _wrong("/user/model", "a model user needs the name of its model")
        if not cue.scenario.wishes:
            raise _wrong("/scenario/wishes", "a customer wants at least one thing")
        if not 0.0 <= cue.user.slip_rate <= 1.0:
            raise _wrong("/user/slip_rate", "a probability lies between 0 and 1")
        return await engine.reply(cue)


def _wrong(pointer: str, detail: str) -> InvalidRequestError:
    error = FieldError(pointer=pointer, code="invalid", detail=detail)
    return InvalidRequestError(detail, errors=[error])
