"""The scripted customer behind the engine port."""

from seawright_user_simulator.core.ports import Cue, Reply
from seawright_user_simulator.core.scripted_user import scripted_reply


class ScriptedEngine:
    """Follows the disclosure plan exactly; errs only at the slip rate asked for."""

    async def reply(self, cue: Cue) -> Reply:
        """Return the one reply that the script has for this transcript."""
        return scripted_reply(cue)
