"""The declarative checker of a task's outcome, and what its self-test measured."""

from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

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
    """Of the agent's writes only: what the customer does himself he need not confirm."""
    confirmed_writes: list[str] = Field(default=[], exclude_if=lambda names: not names)
    """Names of the writes that need his yes; empty: all."""
    said: list[SaidItem] = []


CheckerStatus = Literal["untested", "ok", "quarantined"]


class Checker(Record):
    """A checker in either form: a declarative spec, or source code against the interface `api`.

    Source runs in a sandbox only: Monty by default, a CPython process where it says so.
    """

    spec: CheckerSpec | None = None
    source: str | None = None
    """Defines `check(ctx, ck)`, which returns `ck.result()`."""
    api: Literal["ck/1"] = "ck/1"
    runtime: Literal["monty", "cpython"] = "monty"
    """Where source runs."""
    origin: Literal["compiled", "llm", "human"] = "human"
    status: CheckerStatus = "untested"
    reason: str = ""
    """Why it is quarantined. Its verdicts are faults until it passes the gate."""

    @model_validator(mode="after")
    def _is_one_form(self) -> Self:
        if (self.spec is None) == (self.source is None):
            raise ValueError("a checker is either a spec or source")
        return self


class KillRow(Record):
    """One row of the kill matrix: mutants of one operator, and how many the checker killed."""

    operator: str
    mutants: int
    killed: int
    equivalent: int = 0
    """Mutants whose final state equals gold's; not counted as survivors."""


class StyleKills(Record):
    """What one style of checker kills of the same mutants: a row of the matrix operator x style."""

    style: Literal["assertions", "hash", "composite"]
    """assertions: goals, calls and sentences; hash: the final state; composite: every must."""
    form: Literal["spec", "source"]
    kills: list[KillRow]


class SelfTest(Record):
    """The gate of twelve points that a checker passes before any rollout (DESIGN 5)."""

    ok: bool
    kills: list[KillRow] = []
    false_rejects: int = 0
    failures: list[str] = []
    """The points that failed, by name, with the reason."""
    styles: list[StyleKills] = []
    """For comparison, where asked for: an average hides an operator that no such checker kills."""
