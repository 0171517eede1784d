"""What each role must answer: the JSON schemas that are sent, and that answers are held to."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from seawright_shared.records.base import Scalar
from seawright_shared.records.plans import Operator
from seawright_shared.records.tasks import Disclosure, Reference

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Sentence = Annotated[str, Field(min_length=1, max_length=1000)]


class Answer(BaseModel):
    """A frozen answer without fields that nobody asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GoalWeight(Answer):
    """How much a plan looks for one goal type."""

    goal: str
    weight: float = Field(ge=0.0, le=100.0)


class LiteralIdea(Answer):
    """One test of a feature."""

    feature: str
    op: Operator
    value: Scalar | list[Scalar]


class RuleIdea(Answer):
    """Drafts of the scope that pass all tests are to be held back, for a reason."""

    scope: str
    when: list[LiteralIdea] = Field(min_length=1, max_length=3)
    why: Sentence


class PlanAnswer(Answer):
    """The meta-planner's: one plan pair."""

    theme: Sentence
    goals: list[GoalWeight] = Field(min_length=1, max_length=64)
    disclosure: Disclosure
    reference: Reference
    num_goals: int = Field(ge=1, le=4)
    persona: str = Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z -]*$")
    rules: list[RuleIdea] = Field(default=[], max_length=8)
    early_checks: list[str] = Field(default=[], max_length=8)
    """Checks that should stand as early as they can."""


class DraftIdea(Answer):
    """One wish of the palette, as this customer would tell it."""

    pick: int = Field(ge=0)
    disclosure: Disclosure
    reference: Reference
    opening: Sentence
    wishes: list[Sentence] = Field(min_length=1, max_length=4)


class DraftsAnswer(Answer):
    """The task synthesizer's."""

    drafts: list[DraftIdea] = Field(max_length=16)


class JudgementAnswer(Answer):
    """A verifier's."""

    ok: bool
    failure_class: str = Field(default="", max_length=60, pattern=r"^[a-z0-9 _-]*$")
    rationale: Sentence


class RevisionAnswer(Answer):
    """The reflector's: rules, order of checks, and what it expects of them."""

    rules: list[RuleIdea] = Field(default=[], max_length=8)
    early_checks: list[str] = Field(default=[], max_length=8)
    predicted_yield: Share
    rationale: Sentence
