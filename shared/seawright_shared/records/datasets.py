"""Dataset versions: immutable, content-hashed lists of tasks or dialogues, and what they measure."""

from typing import Literal

from seawright_shared.records.base import Record
from seawright_shared.records.checkers import StyleKills
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.reports import StageUsage
from seawright_shared.records.specs import DatasetSpec

DegeneratePolicy = Literal["noop", "refuse", "transfer", "greedy"]
"""noop: says nothing useful; refuse: refuses everything; transfer: hands everybody over; greedy:
does what is asked for first, without reading or asking for a yes."""


class RunLineage(Record):
    """One synthesis run that the version is made from."""

    run_id: str
    domain: str
    database: DatabaseRef
    author: str
    agent: str
    user: str
    seed: int
    num_streams: int
    num_iterations: int
    """Iterations done, over all streams."""
    plan_ids: list[str]
    """The plans that were in force at the end, by stream."""


class FunnelRow(Record):
    """Drafts that were refused for one reason."""

    stage: str
    cause: str
    attribution: str
    num: int


class Funnel(Record):
    """From draws to items. Every refused draft is in `rejects`, under its reason."""

    num_drawn: int = 0
    """Draws before the plans' rules; 0 where runs did not count them."""
    num_candidates: int = 0
    num_accepted: int = 0
    """Tasks of the runs that may be trained on."""
    num_unwanted: int = 0
    """Of other goals than the spec names, or without a usable dialogue."""
    num_duplicates: int = 0
    num_over_caps: int = 0
    num_items: int = 0
    rejects: list[FunnelRow] = []
    """Most frequent first."""


class Diversity(Record):
    """How different the items' tasks are."""

    num_sequences: int = 0
    """Different sequences of tools in a right episode."""
    num_bigrams: int = 0
    num_trigrams: int = 0
    num_cells: int = 0
    """Filled cells of the grid goal x outcome x tier x disclosure."""
    cell_entropy: float = 0.0
    """In bits."""
    cell_evenness: float = 0.0
    """Entropy over that of equally filled cells, from 0 to 1."""
    rules_allowing: dict[str, int] = {}
    """Tasks by policy rule, where the wish is granted."""
    rules_denying: dict[str, int] = {}
    rules_one_sided: list[str] = []
    """Rules that only ever grant, or only ever deny."""
    rules_unseen: list[str] = []
    num_pairs: int = 0
    """Whole contrast pairs."""
    distinct_1: float = 0.0
    """Different words over words, of what customers say."""
    distinct_2: float = 0.0
    compression_ratio: float = 0.0
    """Bytes of all openings and wishes over their compressed bytes: high is repetitive."""
    template_share: float = 0.0
    """Tasks whose opening, without ids, names and numbers, is another task's."""
    entity_gini: float = 0.0
    """0: every customer has as many tasks; near 1: a few have them all."""
    outcomes: dict[str, int] = {}
    goal_types: dict[str, int] = {}


class Difficulty(Record):
    """How hard the items' tasks are for the agents that played them."""

    num_tasks_played: int = 0
    num_episodes: int = 0
    """Scored ones: no fault of the user's, the environment's or a service's."""
    mean_pass_rate: float = 0.0
    share_in_band: float = 0.0
    """Of the tasks played, those passed in 20 % to 80 % of their episodes."""
    pass_histogram: list[int] = []
    """Tasks by pass rate, in ten equal steps."""
    oracle_pass_rate: float | None = None
    """Of the scripted agent's episodes without a slip; anything under 1 is a defect."""
    mean_turns: float = 0.0
    mean_tool_calls: float = 0.0
    mean_tokens: float = 0.0
    """Sampled by the agent; 0 for the scripted one."""


class Baseline(Record):
    """How many tasks reward a policy that does not read them."""

    policy: DegeneratePolicy
    num_passed: int
    num_tasks: int
    """Those that could be judged."""
    share: float
    task_ids: list[str] = []
    """The first of those that it passes."""


class SplitOverlap(Record):
    """Overlaps of one kind with one split of a benchmark."""

    domain: str
    kind: str
    split: str
    num_tasks: int
    num_benchmark_tasks: int


class Contamination(Record):
    """How the tasks overlap tau2-bench's own."""

    is_measured: bool = False
    reason: str = ""
    """Why it could not be measured."""
    num_compared: int = 0
    num_named: int = 0
    """Tasks that are a benchmark's, or name a person or thing of one of its customers."""
    overlaps: list[SplitOverlap] = []


class Cost(Record):
    """What the runs spent at models' endpoints; 0 for the procedural author."""

    stages: dict[str, StageUsage] = {}
    tokens_per_accepted: float = 0.0
    dollars_per_accepted: float = 0.0
    seconds_per_accepted: float = 0.0


class DatasetReport(Record):
    """What is known of a version when it is made; the data card tells it in words."""

    lineage: list[RunLineage] = []
    funnel: Funnel = Funnel()
    kills: list[StyleKills] = []
    """The kill matrix of the tasks' checkers, operator x style."""
    num_selftested: int = 0
    num_false_rejects: int = 0
    diversity: Diversity = Diversity()
    difficulty: Difficulty = Difficulty()
    baselines: list[Baseline] = []
    contamination: Contamination = Contamination()
    cost: Cost = Cost()


class DatasetVersion(Record):
    """The manifest; `id` is the content hash of the items and the spec."""

    id: str
    name: str
    kind: Literal["agent_sft", "user_sft", "rl_tasks"]
    num_items: int
    synthesis_run_ids: list[str]
    spec: DatasetSpec | None = None
    content_hash: str = ""
    """SHA-256 of the items' hashes, in order."""
    num_tasks: int = 0
    """Different tasks of the items."""
    companions: str | None = None
    """Blob that names the plays and rejects which belong to the version for ever."""
    report: DatasetReport | None = None


class Dialogue(Record):
    """One SFT item: what the trainer renders to tokens. Loss falls on one role's turns."""

    id: str
    task_id: str
    trajectory_id: str
    system: str
    tools: list[ToolSchema]
    messages: list[Message]
    domain: str = ""
    """Of its task; empty where nobody said so."""


class Preference(Record):
    """Two plays of one task, of which one passed and one failed by the agent's fault."""

    id: str
    task_id: str
    chosen_id: str
    """Trajectory that passed."""
    rejected_id: str
    system: str
    tools: list[ToolSchema]
    prompt: list[Message]
    """What both begin with."""
    chosen: list[Message]
    rejected: list[Message]
    failure_class: str
