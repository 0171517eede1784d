"""Play the user's next turn with the engine that the request names."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_user_simulator.core.ports import Cue, Reply, UserEngine
from seawright_user_simulator.core.reply_checks import objection_to, remark

NUM_RESAMPLES = 3
"""How often a model is asked for another reply before the turn is its fault."""


@dataclass(frozen=True, slots=True)
class PlayTurn:
    """Check what the engine relies on, then ask it."""

    engines: Mapping[str, UserEngine]
    observe: Callable[[Cue, Reply], None] | None = None
    """Told of every turn."""

    async def __call__(self, cue: Cue) -> Reply:
        """Return the user's next message, or say which field makes that impossible."""
        reply = await self._played(cue)
        if self.observe is not None:
            self.observe(cue, reply)
        return reply

    async def _played(self, cue: Cue) -> Reply:
        engine = self.engines.get(cue.user.kind)
        if engine is None:
            raise _wrong("/user/kind", f"no {cue.user.kind} user is configured here")
        if cue.user.kind == "model" and not cue.user.model:
            raise _wrong("/user/model", "a model user needs the name of its model")
        if not cue.scenario.wishes:
            raise _wrong("/scenario/wishes", "a customer wants at least one thing")
        if not 0.0 <= cue.user.slip_rate <= 1.0:
            raise _wrong("/user/slip_rate", "a probability lies between 0 and 1")
        if cue.user.kind == "scripted":
            return await engine.reply(cue)
        return await self._checked(engine, cue)

    async def _checked(self, engine: UserEngine, cue: Cue) -> Reply:
        """Return the first reply that stands, or the last one as a fault of the user's."""
        refusals: list[str] = []
        asked = cue
        while True:
            reply = await engine.reply(asked)
            objection = objection_to(reply, cue)
            if objection is None:
                return replace(reply, refusals=tuple(refusals))
            if len(refusals) == NUM_RESAMPLES:
                return replace(reply, stop=None, refusals=tuple(refusals), fault=objection)
            refusals.append(objection)
            seed = reseeded(cue.seed, len(refusals))
            asked = replace(cue, seed=seed, remark=remark(objection))


def reseeded(seed: int, attempt: int) -> int:
    """Return the seed of another try: the same at each repetition of the turn."""
    digest = hashlib.sha256(f"{seed}:{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _wrong(pointer: str, detail: str) -> InvalidRequestError:
    error = FieldError(pointer=pointer, code="invalid", detail=detail)
    return InvalidRequestError(detail, errors=[error])
