"""A task: one goal in a domain with its user scenario, start state, gold and checker."""

from typing import Literal

from pydantic import Field, JsonValue

from seawright_shared.records.base import Record, Scalar
from seawright_shared.records.checkers import CheckerSpec, Path, SelfTest
from seawright_shared.records.domains import DatabaseRef, Outcome
from seawright_shared.records.domains import Disclosure as Disclosure
from seawright_shared.records.messages import Requestor, ToolCall

Reference = Literal["id", "item", "status"]


class PatchOp(Record):
    """One change of state: set or delete the value at a path."""

    path: Path
    op: Literal["set", "del"]
    value: JsonValue = None


class GoldenAction(Record):
    """One reference call. `depends_on` lists earlier actions by id: a partial order."""

    id: str
    name: str
    arguments: dict[str, JsonValue]
    requestor: Requestor = "assistant"
    compare_args: list[str] | None = None
    depends_on: list[str] = []


class EnvironmentCall(Record):
    """A call outside the dialogue: it prepares the state."""

    requestor: Requestor
    name: str
    arguments: dict[str, JsonValue] = {}


class Fact(Record):
    """Something the customer knows and may say."""

    key: str
    """`wish_0`, `wish_1`, ... belong to that wish and are told only while it is in hand."""
    text: str
    when: Literal["upfront", "on_ask", "after_refusal", "never"]
    cues: list[str] = []
    """Lower-case words in the agent's message that ask for it."""


class Deed(Record):
    """Something the customer can do himself, with a tool of his, when the agent asks for it."""

    name: str
    arguments: dict[str, JsonValue] = {}
    cues: list[list[str]]
    """Alternatives; a message that holds all lower-case words of one of them asks for it."""
    says: str
    """How he tells what came of it; `{result}` is the tool's answer."""
    alternates: bool = False
    """A switch: of one tool's deeds that alternate, only the next in order can be done, as on
    comes after off; the first is what can be done at the start."""


class Wish(Record):
    """One thing the customer wants, in order; the next one follows when it is settled."""

    text: str
    mentions: list[str] = []
    """Strings that a right proposal names; the customer declines one that names others."""
    knows: list[str] = []
    """Strings that it may name as well."""
    expects: Outcome = "fulfil"


class Scenario(Record):
    """Who the customer is and what he says: data, read by scripted and model users alike."""

    persona: str
    opening: str
    wishes: list[Wish]
    facts: list[Fact] = []
    unknowns: list[str] = []
    deeds: list[Deed] = []
    disclosure: Disclosure = "upfront"
    reference: Reference = "id"
    patience_turns: int = 6
    """Useless agent turns after which the customer leaves."""


class Guidance(Record):
    """What the agent asks the customer to do, and the call of the customer's that must follow.

    A call of the agent's own is made after the customer's yes, or at once where nothing is asked.
    """

    ask: str = ""
    deed: EnvironmentCall


class SolutionStep(Record):
    """How a right agent handles one wish: read, guide, propose, write after a yes, report."""

    reads: list[ToolCall] = []
    guidance: list[Guidance] = []
    """In order, before the proposal."""
    proposal: str | None = None
    """The details and the request for a yes; None where nothing is written."""
    writes: list[ToolCall] = []
    report: str


class Solution(Record):
    """A right agent's script; played by the scripted agent against the simulated user."""

    ask_identity: str
    identify: list[ToolCall]
    steps: list[SolutionStep]


class Task(Record):
    """A task. `id` is the content hash of everything but `id` itself."""

    id: str
    domain: str
    database: DatabaseRef
    customer_id: str | None = None
    scenario: Scenario
    initial_patch: list[PatchOp] = []
    initial_calls: list[EnvironmentCall] = []
    golden_actions: list[GoldenAction] = []
    final_patch: list[PatchOp] = []
    """Gold's state against the initial one."""
    checker: CheckerSpec | None = None
    selftest: SelfTest | None = None
    solution: Solution | None = None
    outcome: Outcome = "fulfil"
    goal_types: list[str] = []
    features: dict[str, Scalar] = {}
    tier: int = 1
    pair: str | None = None
    """Shared by the two halves of a contrast pair: the same words, another right outcome."""
    policy_rules: list[str] = []
    """Ids of the domain's rules that decide the outcome."""
    dual_control: bool = False
    """Whether the customer must act, too."""
    noop_passable: bool = False
    tau2: dict[str, JsonValue] | None = None
    """The original tau2-bench document, for loss-free export; None for our own tasks."""


class DraftGoal(Record):
    """A goal bound to a customer and to entities, before it is known to be possible."""

    type: str
    arguments: dict[str, JsonValue]
    entity: str
    """The thing it is about, as in an order id."""
    features: dict[str, Scalar]
    """What rules test. Includes `goal` (the type) and `prev_tool` (on the same entity)."""


class Wording(Record):
    """Another way to say what a draft's customer says. It must tell the same, and no more."""

    opening: str
    wishes: list[str]
    """One for each goal."""


class Draft(Record):
    """A candidate of the procedural author: goals and how the customer would say them."""

    id: str
    domain: str
    database: DatabaseRef
    customer_id: str
    goals: list[DraftGoal]
    disclosure: Disclosure = "upfront"
    reference: Reference = "id"
    persona: str = "plain"
    seed: int = 0
    initial_patch: list[PatchOp] = []
    initial_calls: list[EnvironmentCall] = []
    pair: str | None = None
    """Shared by the two halves of a contrast pair."""
    policy_rule: str | None = None
    """The rule that the pair's two states stand on either side of."""
    wording: Wording | None = Field(default=None, exclude_if=lambda wording: wording is None)
    """In whose words the customer speaks; None: in the domain author's."""
