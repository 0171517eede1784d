"""Premature stops: the user takes leave before the agent has dealt with all that he wants."""

import re

from seawright_orchestrator.core.scripted_agent import ANYTHING_ELSE, LEFT_ALONE
from seawright_orchestrator.core.user_quality.probes import (
    Error,
    Probe,
    Tally,
    UserTurn,
    user_turns,
)

EARLY = frozenset({"early_stop", "unheard_transfer"})
_HANDS_OVER = re.compile(r"transfer|human|a person takes over", re.IGNORECASE)


def premature_stops(probe: Probe) -> Tally:
    """Return one chance per episode: all of the oracle's reports come before a right leave.

    Not premature is a leave after as many repetitions of the agent's as the customer has patience.
    """
    turns = list(user_turns(probe.trajectory.messages))
    error = next((_error(turn, probe) for turn in turns if turn.is_leave), None)
    if error is None and probe.trajectory.user_fault in EARLY:
        index = turns[-1].index if turns else 0
        error = Error(
            kind=probe.trajectory.user_fault or "", message=index, detail="no right reply"
        )
    return Tally(column="premature_stop", num=1, errors=[] if error is None else [error])


def _error(turn: UserTurn, probe: Probe) -> Error | None:
    solution = probe.task.solution
    assert solution is not None, "probes are played by the oracle"
    num_repeated = len(turn.heard) - len(set(turn.heard))
    settled = {solution.steps[-1].report, ANYTHING_ELSE}
    is_over = (
        bool(settled & set(turn.heard))
        or turn.asked == LEFT_ALONE
        or _HANDS_OVER.search(" ".join(turn.heard)) is not None
        or num_repeated >= probe.scenario.patience_turns - 1
    )
    if is_over:
        return None
    return Error(kind="left_early", message=turn.index, detail=f"after: {turn.asked}")
