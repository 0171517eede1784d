"""The declarative checker of a task's outcome, and what its self-test measured."""

from typing import Literal

from pydantic import JsonValue

from seawright_shared.records.base import Record

Path = list[str | int]
"""Keys and indices from the root of the state, as in ["orders", "#W1", "status"]."""


class GoalItem(Record):
    """The final state holds this value at this path."""

    path: Path
    value: JsonValue
    compare: Literal["exact", "money", "unordered", "text"] = "exact"
    """money: equal cents; unordered: lists as multisets; text: case and blanks ignored."""


class AnyOfItem(Record):
    """The final state holds one of these values: the customer left it free."""

    path: Path
    options: list[JsonValue]


class CalledItem(Record):
    """Positive evidence for an outcome that changes nothing: this call was made and succeeded."""

    name: str
    arguments: dict[str, JsonValue] = {}
    """Arguments that must be equal; others are free."""


class BeforeItem(Record):
    """No call matching `then` (a glob; `writes` is any write) precedes one matching `first`."""

    first: str
    then: str


class SaidItem(Record):
    """A speaker said it: a text (normalised), or an amount in cents."""

    role: Literal["assistant", "user"] = "assistant"
    text: str | None = None
    any_of: list[str] = []
    """Texts of which one suffices, where `text` is None."""
    cents: int | None = None


class CheckerSpec(Record):
    """What must hold for reward 1. Every item is a must; the reward is their product."""

    goals: list[GoalItem] = []
    any_of: list[AnyOfItem] = []
    frame: list[str] = []
    """Glob paths that may change, as in `orders/#W1/*`; nothing else may."""
    called: list[CalledItem] = []
    never_called: list[str] = []
    before: list[BeforeItem] = []
    confirmed_before_writes: bool = False
    said: list[SaidItem] = []


class KillRow(Record):
    """One row of the kill matrix: mutants of one operator, and how many the checker killed."""

    operator: str
    mutants: int
    killed: int
    equivalent: int = 0
    """Mutants whose final state equals gold's; not counted as survivors."""


class SelfTest(Record):
    """The gate of twelve points that a checker passes before any rollout (DESIGN 5)."""

    ok: bool
    kills: list[KillRow] = []
    false_rejects: int = 0
    failures: list[str] = []
    """The points that failed, by name, with the reason."""
