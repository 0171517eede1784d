"""The environment's wire for other formats: tau2-bench's files, AReaL-tau2's rows, contamination."""

from typing import Literal

from pydantic import Field, JsonValue

from seawright_shared.records.base import Record, Request
from seawright_shared.records.contamination import ContaminationReport
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.gradings import Tau2Grading
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, Trajectory, UserSpec

MAX_DOCUMENTS = 5000
"""Of one request; tau2-bench's largest set has 2285 tasks."""
MAX_EXPORTED_CUSTOMERS = 5000
"""Of a database that is written whole: ten times tau2-bench's own."""
Document = dict[str, JsonValue]
"""One of tau2-bench's own documents, unchanged."""


class Tau2Splits(Record):
    """GET /v1/domains/{name}/tau2-splits: task ids by split, as the file has them."""

    splits: dict[str, list[str]]


class Tau2Database(Record):
    """GET /v1/domains/{name}/tau2-database: a generated database in tau2-bench's form."""

    agent: Document
    """The content of `db.json`."""
    user: Document | None = None
    """The content of `user_db.json`, where the user has a database of his own."""


class TaskImportRequest(Request):
    """POST /v1/tau2-task-imports. Each task keeps its document whole."""

    domain: str
    documents: list[Document] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    database: DatabaseRef | None = None
    """What the tasks start from. None: tau2-bench's own database of the domain."""


class TaskImport(Record):
    """The tasks, in the order of the documents."""

    tasks: list[Task]


class TaskExportRequest(Request):
    """POST /v1/tau2-task-exports. Tasks of our own become documents that say the same."""

    tasks: list[Task] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    is_scored: bool = True
    """False: only compared; a task whose right end tau2-bench would fail is written all the same."""


class TaskExport(Record):
    """The documents, in the order of the tasks."""

    documents: list[Document]


class RunImportRequest(Request):
    """POST /v1/tau2-run-imports. Simulation runs become trajectories that keep every field."""

    simulations: list[Document] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    task_ids: dict[str, str] = {}
    """tau2-bench's task ids to those of imported tasks; others are kept."""
    agent: AgentSpec = AgentSpec(model="unknown")
    user: UserSpec = UserSpec(kind="model")


class RunImport(Record):
    """The trajectories, in the order of the runs."""

    trajectories: list[Trajectory]


class RunExportRequest(Request):
    """POST /v1/tau2-run-exports. Imported trajectories come out as they were read."""

    trajectories: list[Trajectory] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    task_ids: dict[str, str] = {}
    """Task ids of our own trajectories to those of the exported documents."""


class RunExport(Record):
    """The simulation runs, in the order of the trajectories."""

    simulations: list[Document]


class GradingRequest(Request):
    """POST /v1/tau2-gradings. Grades recorded runs again by tau2-bench's evaluation.

    Lenient replay passes over calls that answer differently now, as tau2-bench does when it
    grades results again; strict replay leaves such a run without a reward, as in a live run.
    """

    domain: str
    simulations: list[Document] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    tasks: list[Document] | None = None
    """The definitions to grade by, as results files embed them. None: the current ones."""
    replay: Literal["strict", "lenient"] = "lenient"
    is_solo: bool = False
    """The agent held the user's tools, too."""
    database: DatabaseRef | None = None
    """What the runs started from. None: tau2-bench's own database of the domain."""


class GradingResponse(Record):
    """The gradings, in the order of the runs."""

    gradings: list[Tau2Grading]


class ContaminationRequest(Request):
    """POST /v1/contamination-reports. Compares foreign tasks with a benchmark's own splits."""

    domain: str
    documents: list[Document] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    splits: list[str] = ["train", "test"]
    ngram: int = Field(default=5, ge=1, le=50)
    """Words of one n-gram."""
    min_share: float = Field(default=0.2, gt=0.0, le=1.0)
    """Share of a task's n-grams that one benchmark task holds, from which on it is a hit."""


class ContaminationResponse(Record):
    """The report."""

    report: ContaminationReport


class ArealSnapshot(Record):
    """One database file of an AReaL-tau2 folder, against tau2-bench's own database."""

    name: str
    domain: str
    sha256: str
    """Of the file."""
    is_base: bool
    """It equals tau2-bench's own: tasks on it start from that one."""
    num_changes: int
    """Operations of the patch that turns tau2-bench's database into it."""
    num_entities: dict[str, int]
    num_shared: dict[str, int]
    """Entities, by table, that are those of tau2-bench's own database, unchanged."""


class ArealSnapshots(Record):
    """GET /v1/areal-snapshots."""

    snapshots: list[ArealSnapshot]


class RefusedGold(Record):
    """A golden action that the tools refuse: tau2-bench's evaluation passes it over."""

    index: int
    """Position of its task on this page."""
    line: int
    action_id: str
    name: str
    error: str


class ArealTasks(Record):
    """GET /v1/areal-tasks?domain=&after=&limit=: RL rows as tasks, in file order."""

    tasks: list[Task]
    refused: list[RefusedGold]
    next_after: str | None = None
    """Where to go on; None: these are the last."""


class ArealDialogues(Record):
    """GET /v1/areal-dialogues?domain=&after=&limit=: SFT rows as dialogues, in file order."""

    dialogues: list[Dialogue]
    num_read: int
    """Rows of the domain."""
    num_failed: int
    """Of those, left out because a label says that the dialogue failed."""
    next_after: str | None = None
