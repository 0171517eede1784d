"""Figures of simulated users: turns, and what was wrong with replies."""

from collections.abc import Callable

from seawright_shared.telemetry.metrics import Meter
from seawright_user_simulator.core.ports import Cue, Reply


def turn_watch(meter: Meter) -> Callable[[Cue, Reply], None]:
    """Return what is told of every turn that was played."""
    turns = meter.counter("turns_total", "Turns played, by the kind of user.", ["kind"])
    violations = meter.counter(
        "violations_total",
        "Replies that broke the user's part: deliberate slips by name, `refused` ones that were"
        " asked anew, and `fault` where none stood.",
        ["kind"],
    )

    def observe(cue: Cue, reply: Reply) -> None:
        turns.labels(cue.user.kind).inc()
        if reply.slip is not None:
            violations.labels(reply.slip).inc()
        violations.labels("refused").inc(len(reply.refusals))
        if reply.fault is not None:
            violations.labels("fault").inc()

    return observe
