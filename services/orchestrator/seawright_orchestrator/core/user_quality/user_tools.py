"""User tools: the agent asks for a deed, and the user does another one, or none."""

from collections.abc import Iterator

from seawright_orchestrator.core.user_quality.probes import (
    Error,
    Probe,
    Tally,
    UserTurn,
    user_turns,
)
from seawright_shared.records.tasks import EnvironmentCall

WRONG = frozenset({"foreign_tool", "malformed_call"})


def user_tools(probe: Probe) -> Tally:
    """Return the deeds asked for and those done unasked, and what is wrong or missing of them."""
    solution = probe.task.solution
    assert solution is not None, "probes are played by the oracle"
    asks: dict[str, list[EnvironmentCall]] = {}
    for step in solution.steps:
        for guidance in step.guidance:
            if guidance.ask and guidance.deed.requestor == "user":
                asks.setdefault(guidance.ask, []).append(guidance.deed)
    num, errors = 0, list[Error]()
    for turn in user_turns(probe.trajectory.messages):
        wanted = asks.get(turn.asked, [])
        found = list(_errors(turn, wanted))
        num += max(1 if wanted else 0, len(turn.calls))
        errors += found
    if probe.trajectory.user_fault in WRONG:
        kind = probe.trajectory.user_fault or ""
        last = len(probe.trajectory.messages) - 1
        num += 0 if errors and errors[-1].message == last else 1
        errors += [Error(kind=kind, message=last, detail="no right reply")]
    return Tally(column="user_tool", num=max(num, len(errors)), errors=errors)


def _errors(turn: UserTurn, wanted: list[EnvironmentCall]) -> Iterator[Error]:
    able = [(deed.name, deed.arguments) for deed in wanted]
    done = [(call.name, call.arguments) for _, call in turn.calls]
    if wanted and not any(one in able for one in done) and not turn.is_leave:
        yield Error(kind="missing_call", message=turn.index, detail=f"asked: {turn.asked}")
        return
    for index, call in turn.calls:
        if (call.name, call.arguments) not in able:
            yield Error(kind="unasked_call", message=index, detail=call.name)
