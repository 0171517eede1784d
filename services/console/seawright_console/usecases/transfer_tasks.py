"""Bring tau2-bench's tasks in and our own out."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_console.core.results import Document, batches
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.clients.orchestrator import OrchestratorClient
from seawright_shared.contracts.exchange import (
    MAX_EXPORTED_CUSTOMERS,
    TaskExportRequest,
    TaskImportRequest,
    Tau2Database,
)
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task

BATCH = 500
PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSet:
    """A task file of tau2-bench with its splits."""

    documents: list[Document]
    splits: dict[str, list[str]]
    database: Tau2Database | None = None
    """The generated database that all tasks start from; None: tau2-bench's own, or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTasks:
    """Reads through the environment; stores at the orchestrator."""

    exchange: ExchangeClient
    orchestrator: OrchestratorClient

    async def read(
        self, domain: str, documents: Sequence[JsonValue], database: DatabaseRef | None = None
    ) -> list[Task]:
        """Return the documents as tasks, in order."""
        found: list[Task] = []
        for batch in batches([_object(i, each) for i, each in enumerate(documents)], BATCH):
            request = TaskImportRequest(domain=domain, documents=list(batch), database=database)
            found += (await self.exchange.import_tasks(request)).tasks
        return found

    async def store(self, tasks: Sequence[Task]) -> list[str]:
        """Store the tasks and return their ids; what is there already stays as it is."""
        return [(await self.orchestrator.put_task(task)).id for task in tasks]

    async def of_run(self, run_id: str) -> TaskSet:
        """Return what a synthesis run accepted, held-out tasks as the test split."""
        train = await self._stored(run_id, is_heldout=False)
        test = await self._stored(run_id, is_heldout=True)
        return await self.written(train, test, with_database=True)

    async def written(
        self, train: Sequence[Task], test: Sequence[Task] = (), *, with_database: bool = False
    ) -> TaskSet:
        """Return tasks as a task file of tau2-bench; `base` is train and test together."""
        documents: list[Document] = []
        for batch in batches([*train, *test], BATCH):
            request = TaskExportRequest(tasks=list(batch))
            documents += (await self.exchange.export_tasks(request)).documents
        ids = [str(document["id"]) for document in documents]
        first, last = ids[: len(train)], ids[len(train) :]
        return TaskSet(
            documents=documents,
            splits={"train": first, "test": last, "base": ids},
            database=await self._database([*train, *test]) if with_database else None,
        )

    async def _database(self, tasks: Sequence[Task]) -> Tau2Database | None:
        ref = tasks[0].database if tasks else None
        if ref is None or any(task.database != ref for task in tasks):
            return None
        if ref.source != "seed" or ref.num_customers > MAX_EXPORTED_CUSTOMERS:
            return None
        return await self.exchange.tau2_database(ref)

    async def _stored(self, run_id: str, *, is_heldout: bool) -> list[Task]:
        found: list[Task] = []
        cursor: str | None = None
        while True:
            page = await self.orchestrator.tasks(
                run_id=run_id, is_heldout=is_heldout, cursor=cursor, limit=PAGE
            )
            found += page.data
            cursor = page.next_cursor
            if cursor is None:
                return found


def _object(index: int, value: JsonValue) -> Document:
    if isinstance(value, dict):
        return value
    error = FieldError(pointer=f"/{index}", code="not-an-object", detail="a task is an object")
    raise InvalidRequestError(f"task {index} is not an object", errors=[error])
