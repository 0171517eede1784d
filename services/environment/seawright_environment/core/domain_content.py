"""What a domain is made of; each folder of `domains` builds one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, Tables
from seawright_environment.core.state import State
from seawright_environment.core.toolkits import Tool, Toolkit
from seawright_shared.errors import NotFoundError
from seawright_shared.records.base import content_hash
from seawright_shared.records.domains import Disclosure, Domain, GoalKind, PolicyRule
from seawright_shared.records.messages import Requestor, ToolSchema
from seawright_shared.records.tasks import DraftGoal

IDENTIFY = "find_user_id_*"
"""How a customer is identified where the domain says nothing else."""
Assertion = Callable[[State, Mapping[str, JsonValue]], bool]


def _not_of_tau2(file: Mapping[str, JsonValue]) -> Tables:
    del file
    raise NotFoundError("this domain is not one of tau2-bench's")


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainContent:
    """A domain's state, tools and policy text."""

    name: str
    toolkit: Toolkit
    user_toolkit: Toolkit | None = None
    generate: Callable[[int, int], Tables]
    """Makes a database from a seed and a number of customers."""
    import_tables: Callable[[Mapping[str, JsonValue]], Tables] = _not_of_tau2
    """Reads tau2-bench's own file of this domain, where there is one."""
    domain_policy: Callable[[], str]
    solo_policy: Callable[[], str] | None = None
    """The policy of an agent who holds the user's tools, too; None: there are no solo episodes."""
    tau2_name: str = ""
    """Whose data of tau2-bench's this domain stands on; empty: those of its own name."""
    assertions: Mapping[str, Assertion] = field(default_factory=dict[str, Assertion])
    """tau2-bench's environment assertions, by function name."""
    functions: Mapping[str, Tool] = field(default_factory=dict[str, Tool])
    """What prepares a task's start besides the tools; no party may call it."""
    is_two_sided: bool = False
    """Whether the user has a database of his own: the table `user`."""
    list_tables: frozenset[str] = frozenset()
    """Tables that tau2-bench writes as lists; ids are fields of their entities."""
    sync: Callable[[State], None] | None = None
    """Carries over what one side's change means for the other; run after calls that may write."""
    goal_types: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    goal_kinds: tuple[GoalKind, ...] = ()
    disclosures: tuple[Disclosure, ...] = ("upfront", "on_ask")
    """Those that the author has phrases for."""
    policy_rules: tuple[PolicyRule, ...] = ()
    ordered_fields: frozenset[str] = frozenset()
    """Lists of texts whose order tells something; checkers compare all others as multisets."""
    identify_tools: str = IDENTIFY
    """A glob of the tools by which the agent finds out who the customer is."""
    confirmed_writes: tuple[str, ...] = ()
    """The agent's writes that need the customer's yes by the domain's policy; empty: all."""
    is_well: Callable[[State, DraftGoal], bool | None] | None = None
    """Whether what a goal is about works in a state; None: it is not about what works or not."""
    now: str = ""
    """The domain's own present as its tools and policy tell it; empty where it has none."""

    @property
    def tau2_data(self) -> str:
        """The name under which tau2-bench keeps this domain's data."""
        return self.tau2_name or self.name

    def kit_of(self, requestor: Requestor) -> Toolkit | None:
        """Return the tools that this party may call."""
        return self.toolkit if requestor == "assistant" else self.user_toolkit

    def tool_named(self, name: str) -> Tool | None:
        """Return a tool of either party."""
        tool = self.toolkit.tools.get(name)
        if tool is None and self.user_toolkit is not None:
            tool = self.user_toolkit.tools.get(name)
        return tool

    def is_write(self, name: str) -> bool:
        """Return whether a tool of this name exists and may change the state."""
        tool = self.tool_named(name)
        return tool is not None and tool.kind == "write"

    def describe(self) -> Domain:
        """Return the domain as others see it."""
        schemas = [_schema(tool, "assistant") for tool in self.toolkit.tools.values()]
        if self.user_toolkit is not None:
            schemas += [_schema(tool, "user") for tool in self.user_toolkit.tools.values()]
        text = self.domain_policy()
        solo = self.solo_policy() if self.solo_policy is not None else None
        facts: JsonObject = {
            "tools": [schema.model_dump(mode="json") for schema in schemas],
            "domain_policy": text,
            "goal_types": list(self.goal_types),
            "features": list(self.features),
            "goal_kinds": [kind.model_dump(mode="json") for kind in self.goal_kinds],
            "policy_rules": [rule.model_dump(mode="json") for rule in self.policy_rules],
        }
        if solo is not None:
            facts["solo_domain_policy"] = solo
        return Domain(
            name=self.name,
            version=content_hash(facts)[:16],
            domain_policy=text,
            tools=schemas,
            goal_types=list(self.goal_types),
            features=list(self.features),
            goal_kinds=list(self.goal_kinds),
            disclosures=list(self.disclosures),
            policy_rules=list(self.policy_rules),
            solo_domain_policy=solo,
        )


def _schema(tool: Tool, requestor: Requestor) -> ToolSchema:
    parameters: JsonObject = {
        "type": "object",
        "title": "parameters",
        "properties": dict(tool.parameters),
    }
    if tool.definitions:
        parameters["$defs"] = dict(tool.definitions)
    required = [name for name in tool.parameters if name not in tool.defaults]
    if required:
        parameters["required"] = [*required]
    return ToolSchema(
        name=tool.name,
        description=tool.description,
        parameters=parameters,
        kind=tool.kind,
        requestor=requestor,
    )
