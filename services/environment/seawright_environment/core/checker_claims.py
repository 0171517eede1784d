"""Claims: what checker source says must hold, judged by the same code that interprets a spec."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from seawright_environment.core.checker import BREAKS, ITEMS, check_items
from seawright_environment.core.replay import Replay
from seawright_shared.records.checkers import (
    AnyOfItem,
    BeforeItem,
    CalledItem,
    CheckerSpec,
    Path,
    SaidItem,
)
from seawright_shared.records.verdicts import Check

MAX_ITEMS = 500
Text = Annotated[str, Field(max_length=10_000)]
Short = Annotated[str, Field(max_length=300)]


class _Claim(BaseModel):
    """Written by a sandbox: nothing is coerced, nothing unknown is let in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class GoalClaim(_Claim):
    """What the source itself found out."""

    id: Short
    ok: bool
    why: Text = ""


class AnyOfClaim(_Claim):
    """The final state holds one of the options."""

    id: Short
    path: str | list[str | int]
    options: list[JsonValue]


class CalledClaim(_Claim):
    """A call was made and succeeded."""

    name: Short
    arguments: dict[str, JsonValue]


class BeforeClaim(_Claim):
    """Calls come in this order."""

    first: Short
    then: Short


class SaidClaim(_Claim):
    """A party said it."""

    role: Literal["assistant", "user"]
    text: Text | None
    any_of: list[Text]
    cents: int | None


class Claims(_Claim):
    """Everything that one check claims."""

    goals: list[GoalClaim] = Field(max_length=MAX_ITEMS)
    any_of: list[AnyOfClaim] = Field(max_length=MAX_ITEMS)
    frames: list[list[Text]] = Field(max_length=MAX_ITEMS)
    called: list[CalledClaim] = Field(max_length=MAX_ITEMS)
    never_called: list[Short] = Field(max_length=MAX_ITEMS)
    before: list[BeforeClaim] = Field(max_length=MAX_ITEMS)
    confirmed: bool
    confirmed_writes: list[Short] = Field(default=[], max_length=MAX_ITEMS)
    said: list[SaidClaim] = Field(max_length=MAX_ITEMS)

    def is_empty(self) -> bool:
        """Whether nothing at all is claimed."""
        return not (self.confirmed or any(v for v in dict(self).values()))


class _Outcome(_Claim):
    api: Literal["ck/1"]
    claims: Claims


def read_claims(outcome: JsonValue) -> Claims | str:
    """Return the claims that a check returned, or why that is no answer."""
    try:
        claims = _Outcome.model_validate(outcome).claims
    except (ValidationError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        where = "/".join(map(str, first["loc"])) if first else ""
        return f"a check returns ck.result() ({where}: {first['msg'] if first else 'too deep'})"
    return "the check claims nothing" if claims.is_empty() else claims


def judge_claims(claims: Claims, run: Replay) -> list[Check] | str:
    """Return the checks in the interpreter's order, or why the claims cannot be judged."""
    checks = [Check(id=f"goal:{goal.id}", ok=goal.ok, why=_why(goal)) for goal in claims.goals]
    spec = CheckerSpec(
        any_of=[AnyOfItem(path=_steps(each.path), options=each.options) for each in claims.any_of],
        called=[CalledItem(name=each.name, arguments=each.arguments) for each in claims.called],
        never_called=claims.never_called,
        before=[BeforeItem(first=each.first, then=each.then) for each in claims.before],
        confirmed_before_writes=claims.confirmed,
        confirmed_writes=claims.confirmed_writes,
        said=[
            SaidItem(role=each.role, text=each.text, any_of=each.any_of, cents=each.cents)
            for each in claims.said
        ],
    )
    try:
        for kind in ITEMS:
            if kind == "frame":
                for allowed in claims.frames:
                    framed = CheckerSpec(frame=allowed)
                    checks.extend(check_items(framed, run, kind))
            elif kind != "goal":
                checks.extend(check_items(spec, run, kind))
    except BREAKS as error:
        return f"the claims cannot be judged: {error}"
    return checks


def _why(goal: GoalClaim) -> str:
    return "" if goal.ok else goal.why or f"{goal.id} does not hold"


def _steps(path: str | list[str | int]) -> Path:
    if isinstance(path, list):
        return path
    # Of a list an index is meant; an object's key is looked up by its text all the same.
    return [int(step) if step.isdecimal() and step.isascii() else step for step in path.split("/")]
