"""A domain, and the database that an episode starts from."""

from typing import Literal

from pydantic import Field

from seawright_shared.records.base import Record
from seawright_shared.records.messages import ToolSchema

Outcome = Literal["fulfil", "refuse", "transfer", "info"]
"""What a right agent does about a wish."""
Disclosure = Literal["upfront", "on_ask", "piecemeal", "changes_mind", "distractor"]
"""How a customer tells what he knows."""


class DatabaseRef(Record):
    """Names a whole database by what makes it: a generator's seed, or tau2's file."""

    domain: str
    source: Literal["seed", "tau2"] = "seed"
    seed: int = 0
    num_customers: int = 200
    """Size of a generated database; ignored for tau2's."""
    snapshot: str | None = Field(default=None, exclude_if=lambda name: name is None)
    """File of an AReaL-tau2 folder that stands in the place of tau2's own; None: tau2's own."""


class PolicyRule(Record):
    """One rule of the domain's policy; `text` is a span of the document, word for word."""

    id: str
    text: str


class GoalKind(Record):
    """A goal type: what a right agent does about it, by which rules, and who must act."""

    name: str
    outcome: Outcome
    policy_rules: list[str] = []
    """Ids of the rules that decide it."""
    dual_control: bool = False
    """Whether the customer must act, too."""


class Domain(Record):
    """A domain as others see it. `version` hashes tools, policy text and code revision."""

    name: str
    version: str
    domain_policy: str
    tools: list[ToolSchema]
    goal_types: list[str]
    """What a customer of this domain can want; keys of `Plan.goals`."""
    features: list[str]
    """Names of the features a rule may test."""
    goal_kinds: list[GoalKind] = []
    """One for each goal type."""
    disclosures: list[Disclosure] = ["upfront", "on_ask"]
    """Those that the domain's author has phrases for."""
    policy_rules: list[PolicyRule] = []
    solo_domain_policy: str | None = None
    """The policy of an agent who holds the user's tools, too; None: there are no solo episodes."""
