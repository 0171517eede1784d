"""The verbs of runs, as the last part of a path."""

from typing import Literal

from seawright_orchestrator.usecases.stores import RunKind, RunVerbs

Verb = Literal["cancel", "pause", "resume"]


async def act_on_run(verbs: RunVerbs, verb: Verb, run_id: str, kind: RunKind) -> None:
    """Do to a run what the path's last part says."""
    match verb:
        case "cancel":
            await verbs.cancel(run_id, kind)
        case "pause":
            await verbs.pause(run_id, kind)
        case "resume":
            await verbs.resume(run_id, kind)
