"""Instruction drift: the user leaves his part, or answers against what he wants."""

from collections.abc import Iterator

from seawright_orchestrator.core.scripted_agent import AGREES, ANYTHING_ELSE, DECLINES
from seawright_orchestrator.core.user_quality.probes import (
    Error,
    Probe,
    Tally,
    UserTurn,
    user_turns,
)
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.user_speech import looped, role_slip, stammers

OUT_OF_PART = frozenset({"empty", "looping", "speaks_as_agent", "narrates"})
NUM_LINGERING = 3
"""So often the agent asks whether there is anything else, and there is not."""


def drift(probe: Probe) -> Tally:
    """Return his texts, and those that are not a customer's, or not this customer's."""
    solution = probe.task.solution
    assert solution is not None, "probes are played by the oracle"
    proposals = {step.proposal for step in solution.steps if step.proposal is not None}
    num, errors = 0, list[Error]()
    turns = [turn for turn in user_turns(probe.trajectory.messages) if turn.text is not None]
    for number, turn in enumerate(turns):
        num += 1
        earlier = turns[number - 1] if number else None
        kind = next(_kinds(turn, earlier, proposals), None)
        if kind is not None:
            errors.append(Error(kind=kind, message=turn.index, detail=(turn.text or "").strip()))
    fault = probe.trajectory.user_fault
    last = len(probe.trajectory.messages) - 1
    is_told = bool(errors) and errors[-1].message == last
    if fault in OUT_OF_PART and not is_told:
        errors.append(Error(kind=fault or "", message=last, detail="no right reply"))
    elif _lingers(probe, turns) and not is_told:
        errors.append(Error(kind="never_left", message=last, detail="all was settled"))
    return Tally(column="instruction_drift", num=max(num, len(errors)), errors=errors)


def _kinds(turn: UserTurn, earlier: UserTurn | None, proposals: set[str]) -> Iterator[str]:
    text = turn.text or ""
    if (slip := role_slip(text)) is not None:
        yield slip
    if turn.is_leave:
        return
    if not text.strip():
        yield "empty"
    is_again = earlier is not None and earlier.asked != turn.asked
    if stammers(text) or (is_again and earlier is not None and looped(text, earlier.text or "")):
        yield "looping"
    words = text.lower()
    if turn.asked in proposals and (not AGREES.search(words) or DECLINES.search(words)):
        yield "refused_own_wish"


def _lingers(probe: Probe, turns: list[UserTurn]) -> bool:
    asked = [turn.asked for turn in turns]
    is_cut = probe.trajectory.stop_reason is StopReason.MAX_TURNS
    return is_cut and asked.count(ANYTHING_ELSE) >= NUM_LINGERING
