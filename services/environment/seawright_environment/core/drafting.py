"""Drafting: goals drawn for a customer, naive on purpose, and the port to a domain's author."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from seawright_environment.core.state import Table
from seawright_environment.core.world import World
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.checkers import CalledItem, SaidItem
from seawright_shared.records.domains import DatabaseRef, GoalKind, PolicyRule
from seawright_shared.records.plans import Rule
from seawright_shared.records.tasks import (
    Disclosure,
    Draft,
    DraftGoal,
    EnvironmentCall,
    PatchOp,
    Reference,
    Scenario,
    Solution,
)

View = Mapping[str, Table]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What one goal is drawn in: a customer, the strangers of his split, his goals so far."""

    view: View
    customer_id: str
    strangers: Sequence[str]
    earlier: Sequence[DraftGoal]
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What makes a draft's start out of the database: a patch, then calls."""

    patch: Sequence[PatchOp] = ()
    calls: Sequence[EnvironmentCall] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One half of a contrast pair: the state it starts from, and what its goals are there."""

    patch: Sequence[PatchOp]
    goals: Sequence[DraftGoal]
    """As many as the draft's, in its order; their features are those of the patched state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """The same words on two states, just on either side of a rule: the right outcome differs."""

    rule: str
    """`PolicyRule.id`."""
    inside: Half
    outside: Half


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A task in words: what the customer says, what a right agent does, what proves it."""

    scenario: Scenario
    solution: Solution
    called: Sequence[CalledItem]
    said: Sequence[SaidItem]


class Author(Protocol):
    """A domain's procedural author. Views and worlds are read, never changed, by all of it."""

    goal_types: tuple[str, ...]
    features: tuple[str, ...]
    kinds: Mapping[str, GoalKind]
    """Of each goal type."""
    policy_rules: tuple[PolicyRule, ...]
    transfer_tool: str

    def customers(self, view: View) -> Sequence[str]:
        """Return the ids of all customers, in order; of a large database `Table.ids`, unlisted."""
        ...

    def draw_goal(self, scene: Scene, goal_type: str, draw: random.Random) -> DraftGoal | None:
        """Return a goal that need not be possible; None where the customer cannot even ask."""
        ...

    def prepare(
        self, view: View, customer_id: str, goals: Sequence[DraftGoal], draw: random.Random
    ) -> Preparation:
        """Return what the database must be told before the episode for these goals to be asked."""
        ...

    def contrast(self, view: View, draft: Draft, draw: random.Random) -> Contrast | None:
        """Return the draft on either side of a rule; None where it stands near none."""
        ...

    def calls_of(self, goal: DraftGoal) -> Sequence[EnvironmentCall]:
        """Return the goal's writes, of both parties, in order; none where it writes nothing."""
        ...

    def flaw(self, draft: Draft) -> str | None:
        """Say why a draft is no draft of this domain."""
        ...

    def obstacle(self, world: World, goal: DraftGoal) -> str | None:
        """Say why a goal that writes nothing cannot come out as it should."""
        ...

    def objection(
        self, view: View, customer_id: str, earlier: Sequence[DraftGoal], goal: DraftGoal
    ) -> str | None:
        """Say which rule beyond the tools forbids the goal."""
        ...

    def ambiguity(self, view: View, draft: Draft, goal: DraftGoal) -> str | None:
        """Say what else the customer's words could mean."""
        ...

    def compose(self, world: World, draft: Draft) -> Composition:
        """Put a possible draft into words."""
        ...

    def near_misses(
        self, view: View, customer_id: str, call: EnvironmentCall
    ) -> list[EnvironmentCall]:
        """Return the call with one argument swapped for a plausible wrong one, in each way."""
        ...

    def collateral(
        self, view: View, customer_id: str, calls: Sequence[EnvironmentCall]
    ) -> list[EnvironmentCall]:
        """Return writes beside the right ones: other things, other customers, the profile."""
        ...

    def equivalents(self, call: EnvironmentCall) -> list[EnvironmentCall]:
        """Return other spellings of the same call."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOrder:
    """How many drafts of what kind; weights need not add up to one."""

    database: DatabaseRef
    seed: int
    num: int
    is_heldout: bool
    holdout_share: float
    goals: Mapping[str, float]
    num_goals: Mapping[int, float]
    disclosures: Mapping[Disclosure, float]
    references: Mapping[Reference, float]
    personas: Sequence[str]
    contrast_rate: float = 0.0
    """Share of the drafts that come as contrast pairs, where the author knows one."""
    rules: Sequence[Rule] = ()
    """Goals that they hold back are drawn again."""


def is_heldout(customer_id: str, share: float) -> bool:
    """Whether a customer is kept aside: by a hash of his id, the same in every process."""
    digest = hashlib.sha256(customer_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def check_order(order: DraftOrder, author: Author) -> None:
    """Raise `InvalidRequestError` where weights name what does not exist, or add up to nothing."""
    for pointer, weights in (
        ("/goals", list(order.goals.values())),
        ("/num_goals", list(order.num_goals.values())),
        ("/disclosures", list(order.disclosures.values())),
        ("/references", list(order.references.values())),
    ):
        if any(not 0 <= weight < float("inf") for weight in weights):
            raise wrong_order(pointer, "weights are finite and not negative")
        if sum(weights) <= 0:
            raise wrong_order(pointer, "one weight at least must be positive")
    unknown = sorted(order.goals.keys() - set(author.goal_types))
    if unknown:
        known = ", ".join(author.goal_types)
        raise wrong_order(f"/goals/{unknown[0]}", f"no such goal type; there are {known}")
    if not 0 <= order.contrast_rate <= 1:
        raise wrong_order("/contrast_rate", "a share lies between 0 and 1")
    if any(not 1 <= count <= 4 for count in order.num_goals):
        raise wrong_order("/num_goals", "a customer has one to four goals")
    if not order.personas:
        raise wrong_order("/personas", "one persona at least")


def wrong_order(pointer: str, detail: str) -> InvalidRequestError:
    """Return the fault of an order, at one of its fields."""
    error = FieldError(pointer=pointer, code="invalid", detail=detail)
    return InvalidRequestError(f"{pointer}: {detail}", errors=[error])
