"""A domain, and the database that an episode starts from."""

from typing import Literal

from pydantic import Field

from seawright_shared.records.base import Record
from seawright_shared.records.messages import ToolSchema


class DatabaseRef(Record):
    """Names a whole database by what makes it: a generator's seed, or tau2's file."""

    domain: str
    source: Literal["seed", "tau2"] = "seed"
    seed: int = 0
    num_customers: int = 200
    """Size of a generated database; ignored for tau2's."""
    snapshot: str | None = Field(default=None, exclude_if=lambda name: name is None)
    """File of an AReaL-tau2 folder that stands in the place of tau2's own; None: tau2's own."""


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
    solo_domain_policy: str | None = None
    """The policy of an agent who holds the user's tools, too; None: there are no solo episodes."""
