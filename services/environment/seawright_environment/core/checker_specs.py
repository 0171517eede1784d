"""Checkers compiled from gold: what changed must have changed, and nothing else may."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.checker import WRITES
from seawright_environment.core.checker_values import Compare
from seawright_environment.core.domain_content import IDENTIFY
from seawright_shared.records.checkers import (
    BeforeItem,
    CalledItem,
    CheckerSpec,
    GoalItem,
    SaidItem,
)
from seawright_shared.records.domains import Outcome
from seawright_shared.records.tasks import PatchOp


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a domain asks of every agent, whatever the task."""

    identify: str = IDENTIFY
    """A glob of the tools that find out who the customer is."""
    confirmed: Sequence[str] | None = ()
    """Writes that need the customer's yes; empty: all; None: none."""
    ordered_fields: frozenset[str] = frozenset()


def compile_spec(
    patch: Sequence[PatchOp],
    *,
    outcome: Outcome,
    called: Sequence[CalledItem],
    said: Sequence[SaidItem],
    transfer_tool: str,
    manners: Manners = Manners(),
) -> CheckerSpec:
    """Return the spec of a task whose gold changes the state by `patch`."""
    may_transfer = outcome == "transfer"
    before = [BeforeItem(first=manners.identify, then=WRITES)]
    if may_transfer:
        before.append(BeforeItem(first=manners.identify, then=transfer_tool))
    ordered_fields = manners.ordered_fields
    return CheckerSpec(
        goals=[_goal(operation, ordered_fields) for operation in patch],
        frame=["/".join(map(str, operation.path)) for operation in patch],
        called=list(called),
        never_called=[] if may_transfer else [transfer_tool],
        before=before,
        confirmed_before_writes=bool(patch) and manners.confirmed is not None,
        confirmed_writes=list(manners.confirmed or ()),
        said=list(said),
    )


def _goal(operation: PatchOp, ordered_fields: frozenset[str]) -> GoalItem:
    value = operation.value if operation.op == "set" else None
    if operation.path[-1] in ordered_fields:
        return GoalItem(path=operation.path, value=value)
    return GoalItem(path=operation.path, value=value, compare=_comparison(value))


def _comparison(value: JsonValue) -> Compare:
    """Return how a value is compared: ids exactly, words by their letters, floats as money."""
    if isinstance(value, float):
        return "money"
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "unordered"
    if isinstance(value, str) and (" " in value or not any(map(str.isdigit, value))):
        return "text"
    return "exact"
