"""The bench on which a domain is tried: its database, generated calls, and what was found."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from seawright_environment.core.conformance_kit_arguments import Drawer
from seawright_environment.core.conformance_kit_gold import (
    Gold,
    GoldOrder,
    collect_gold,
    gold_calls,
)
from seawright_environment.core.databases import Databases
from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.domain_plugins import DomainPlugin
from seawright_environment.core.json_values import Tables
from seawright_environment.core.toolkits import Tool
from seawright_environment.core.world import Base, World
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Requestor
from seawright_shared.records.tasks import EnvironmentCall

SHARE_WRITES = 0.6
"""Of generated calls, at least."""
MOST_TOLD = 5
"""Failures of one law that are told; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much is tried. All of it is drawn from `seed`."""

    seed: int = 0
    num_customers: int = 60
    num_sequences: int = 30
    calls_per_sequence: int = 20
    drafts_per_goal: int = 60


@dataclass(slots=True)
class Findings:
    """What one law found."""

    tried: int = 0
    failures: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    num_untold: int = 0

    def fail(self, where: str, what: str) -> None:
        """Tell a failure once."""
        text = f"{where}: {what}"
        if text in self.failures:
            return
        if len(self.failures) < MOST_TOLD:
            self.failures.append(text)
            return
        self.num_untold += 1
        self.failures[MOST_TOLD:] = [f"and {self.num_untold} more"]

    def note(self, text: str) -> None:
        """Tell what is no failure."""
        if text not in self.notes:
            self.notes.append(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Calls one after the other, on the database that they were made for."""

    database: DatabaseRef
    calls: list[EnvironmentCall]

    @property
    def where(self) -> str:
        """Names the sequence to a person."""
        return f"after {', '.join(dict.fromkeys(call.name for call in self.calls))}"


@dataclass(kw_only=True)
class Bench:
    """A domain on a small generated database, and calls that fit it."""

    plugin: DomainPlugin
    budget: Budget
    clock: Callable[[], float]

    @property
    def content(self) -> DomainContent:
        """The domain."""
        return self.plugin.content

    @property
    def tools(self) -> list[tuple[Requestor, Tool]]:
        """Every tool with the party that may call it."""
        agents: list[tuple[Requestor, Tool]] = [
            ("assistant", tool) for tool in self.content.toolkit.tools.values()
        ]
        kit = self.content.user_toolkit
        return agents + [("user", tool) for tool in (kit.tools.values() if kit else ())]

    @property
    def database(self) -> DatabaseRef:
        """The database that calls are generated for."""
        return DatabaseRef(
            domain=self.content.name,
            seed=self.budget.seed,
            num_customers=self.budget.num_customers,
        )

    def rng(self, purpose: str) -> random.Random:
        """Return the randomness of one purpose."""
        return random.Random(f"check/{self.budget.seed}/{purpose}")  # noqa: S311 - not secret

    def base(self, database: DatabaseRef) -> Base:
        """Return a database, shared by all laws."""
        return self._databases.load(database)

    def fresh_base(self, database: DatabaseRef) -> Base:
        """Return a database, made anew."""
        return Databases({self.content.name: self.content}).load(database)

    @cached_property
    def _databases(self) -> Databases:
        return Databases({self.content.name: self.content})

    @cached_property
    def gold(self) -> Gold:
        """The domain's own tasks, and what its author's drafts became."""
        order = GoldOrder(database=self.database, drafts_per_goal=self.budget.drafts_per_goal)
        return collect_gold(self.plugin, self.base(self.database), order, self.clock)

    @cached_property
    def sequences(self) -> list[Sequence]:
        """Generated calls that the schemas allow, then the calls of gold."""
        base, rng = self.fresh_base(self.database), self.rng("sequences")
        made = [
            Sequence(database=self.database, calls=self._drawn(World.open(base), rng))
            for _ in range(self.budget.num_sequences)
        ]
        return made + [
            Sequence(database=task.database, calls=gold_calls(task))
            for task in self.gold.tasks
            if task.golden_actions and not task.initial_patch and not task.initial_calls
        ]

    def _drawn(self, world: World, rng: random.Random) -> list[EnvironmentCall]:
        drawer = Drawer(rng, world.view)
        tools = self.tools
        writes = [pair for pair in tools if pair[1].kind == "write"] or tools
        calls: list[EnvironmentCall] = []
        for _ in range(self.budget.calls_per_sequence):
            requestor, tool = rng.choice(writes if rng.random() < SHARE_WRITES else tools)
            arguments = drawer.arguments(tool)
            calls.append(EnvironmentCall(requestor=requestor, name=tool.name, arguments=arguments))
            world.call(requestor, tool.name, arguments)
        return calls


Texts = Mapping[tuple[str, str], str]
"""Entities' texts by table and id."""


def text_of(tables: Tables) -> Texts:
    """Return every entity's text, to compare databases by."""
    return {
        (name, key): json.dumps(entity)
        for name, table in tables.items()
        for key, entity in table.items()
    }


def hashes_of(world: World) -> str:
    """Return the hashes of both sides' databases."""
    return f"{world.state_hash()} {world.user_state_hash()}"
