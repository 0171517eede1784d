"""The checker: a declared outcome is compared with what an episode did."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from seawright_environment.core.checker_speech import (
    is_confirmed,
    says,
)
from seawright_environment.core.checker_values import equal, fits_any
from seawright_environment.core.json_values import at, same
from seawright_environment.core.replay import CallRecord, Replay
from seawright_shared.records.checkers import BeforeItem, CalledItem, CheckerSpec
from seawright_shared.records.verdicts import Attribution, Check, Verdict

WRITES = "writes"
"""In a `before` item: any write."""
BREAKS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What a checker that does not fit may raise."""
ITEMS = ("goal", "any_of", "frame", "called", "never_called", "before", "confirmed", "said")


class Found(NamedTuple):
    """What one item came to: a check that is no record yet, for most are only counted."""

    id: str
    ok: bool
    why: str = ""


def check_trajectory(spec: CheckerSpec, run: Replay) -> Verdict:
    """Return the verdict on a replayed episode; its reward is 1 where every must holds, else 0.

    Blames nobody. A checker that cannot be applied says so, and gives no reward at all.
    """
    verdict = judge(spec, run)
    return verdict.model_copy(update={"final_state_hash": run.world.state_hash()})


def judge(spec: CheckerSpec, run: Replay) -> Verdict:
    """Return the verdict without the final state's hash, which costs more than the checks do."""
    try:
        checks = _records(_checks(spec, run))
    except BREAKS as error:
        why = f"the checker could not be applied: {error}"
        return checker_fault(type(error).__name__, why)
    return checked(checks)


def checked(checks: list[Check]) -> Verdict:
    """Return the verdict of checks that are all musts."""
    failed = next((check for check in checks if not check.ok), None)
    return Verdict(
        subject="trajectory",
        ok=failed is None,
        stage="checker",
        failure_class=f"checker:{failed.id.split(':')[0]}" if failed else "",
        rationale=failed.why if failed else "",
        checks=checks,
        reward=0.0 if failed else 1.0,
    )


def checker_fault(kind: str, rationale: str) -> Verdict:
    """Return the verdict of a checker that gave none: it has no reward."""
    return Verdict(
        subject="trajectory",
        ok=False,
        stage="checker",
        failure_class=f"checker:{kind}",
        rationale=rationale[:500],
        attribution=Attribution.CHECKER,
    )


def holds(spec: CheckerSpec, run: Replay) -> bool | None:
    """Whether every must holds, found out by the first that does not; None: the checker broke."""
    try:
        return all(check.ok for check in _checks(spec, run))
    except BREAKS:
        return None


def _checks(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    for kind in ITEMS:
        yield from _CHECKS[kind](spec, run)


def check_items(spec: CheckerSpec, run: Replay, kind: str) -> list[Check]:
    """Return the checks of one kind of item; raises one of `BREAKS` where they do not fit."""
    return _records(_CHECKS[kind](spec, run))


def _records(found: Iterable[Found]) -> list[Check]:
    return [Check(id=one.id, ok=one.ok, why=one.why) for one in found]


def is_quarantined(verdict: Verdict) -> bool:
    """Whether the checker itself broke: its verdict must not become a reward."""
    return verdict.attribution is Attribution.CHECKER


def _goals(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    final = run.final
    for item in spec.goals:
        found = at(final, item.path)
        ok = equal(found, item.value, item.compare)
        where = _joined(item.path)
        why = "" if ok else f"{where} is {found!r}, expected {item.value!r}"
        yield Found(id=f"goal:{where}", ok=ok, why=why)


def _any_of(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    for item in spec.any_of:
        found = at(run.final, item.path)
        ok = any(same(found, option) for option in item.options)
        where = _joined(item.path)
        why = "" if ok else f"{where} is {found!r}, expected one of {item.options!r}"
        yield Found(id=f"any_of:{where}", ok=ok, why=why)


def _frame(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    initial = run.initial
    outside: list[str] = []
    for operation in run.diff:
        path = _joined(operation.path)
        if fits_any(path, spec.frame):
            continue
        is_respelled = equal(at(initial, operation.path), operation.value, "text")
        if not is_respelled:
            outside.append(path)
    why = f"changed beside the goal: {', '.join(outside[:5])}" if outside else ""
    yield Found(id="frame", ok=not outside, why=why)


def _called(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    for item in spec.called:
        ok = any(call.ok and _is_call(item, call) for call in run.calls)
        why = "" if ok else f"{item.name} was not called with {dict(item.arguments)!r}"
        yield Found(id=f"called:{item.name}", ok=ok, why=why)


def _is_call(item: CalledItem, call: CallRecord) -> bool:
    return fits_any(call.name, [item.name]) and all(
        key in call.arguments and equal(call.arguments[key], value, "text")
        for key, value in item.arguments.items()
    )


def _never_called(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    for name in spec.never_called:
        hit = next((call.name for call in run.calls if _matches(name, call, run)), None)
        yield Found(
            id=f"never_called:{name}", ok=hit is None, why=f"{hit} was called" if hit else ""
        )


def _before(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    for item in spec.before:
        early = _too_early(item, run)
        why = f"{early} was called before {item.first}" if early else ""
        yield Found(id=f"before:{item.first}", ok=early is None, why=why)


def _too_early(item: BeforeItem, run: Replay) -> str | None:
    for call in run.calls:
        if call.ok and _matches(item.first, call, run):
            return None
        if _matches(item.then, call, run):
            return call.name
    return None


def _matches(glob: str, call: CallRecord, run: Replay) -> bool:
    if glob == WRITES:
        return run.world.base.content.is_write(call.name)
    return fits_any(call.name, [glob])


def _confirmed(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    if not spec.confirmed_before_writes:
        return
    is_write = run.world.base.content.is_write
    writes = [
        call
        for call in run.calls
        if call.ok and call.requestor == "assistant" and is_write(call.name)
    ]
    turns = [call.turn for call in writes]
    for call in writes:
        is_free = spec.confirmed_writes and call.name not in spec.confirmed_writes
        if not is_free and not is_confirmed(call, run.messages, turns):
            why = f"{call.name} was not confirmed: no yes to a proposal that names its details"
            yield Found(id=f"confirmed:{call.name}", ok=False, why=why)
            return
    yield Found(id="confirmed", ok=True)


def _said(spec: CheckerSpec, run: Replay) -> Iterator[Found]:
    for index, item in enumerate(spec.said):
        texts = [m.content for m in run.messages if m.role == item.role and m.content]
        ok = any(says(text, item) for text in texts)
        what = item.text or item.any_of or item.cents
        why = "" if ok else f"the {item.role} never said {what!r}"
        yield Found(id=f"said:{index}", ok=ok, why=why)


def _joined(path: list[str | int]) -> str:
    return "/".join(map(str, path))


_CHECKS: Mapping[str, Callable[[CheckerSpec, Replay], Iterator[Found]]] = {
    "goal": _goals,
    "any_of": _any_of,
    "frame": _frame,
    "called": _called,
    "never_called": _never_called,
    "before": _before,
    "confirmed": _confirmed,
    "said": _said,
}
