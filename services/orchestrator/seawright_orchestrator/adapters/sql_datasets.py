"""Dataset versions and task samples as rows: written once, never changed."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.sql_inserts import insert_new
from seawright_orchestrator.adapters.sql_pages import table_page
from seawright_orchestrator.adapters.sql_tasks import SqlTasks
from seawright_orchestrator.adapters.tables.runs import rejects
from seawright_orchestrator.adapters.tables.tasks import dataset_items, datasets, task_samples
from seawright_orchestrator.core.dataset_items import Item
from seawright_orchestrator.usecases.stores import KeyedReject, RejectKey
from seawright_shared.contracts.orchestrator import (
    RejectedDraft,
    TaskSample,
    TaskSampleRequest,
)
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import NotFoundError
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task
from seawright_shared.stores.sql import Database
from seawright_shared.web.pages import PageParams, page_of, require_key

T = TypeVar("T", Task, Dialogue)


class SqlDatasets:
    """Dataset versions by id, their items by position."""

    def __init__(self, database: Database, tasks: SqlTasks) -> None:
        self.database = database
        self.tasks = tasks

    async def store(
        self, version: DatasetVersion, spec: DatasetSpec, items: Sequence[Item]
    ) -> None:
        """Add a version with its items; one that is there already is left as it is."""
        async with self.database.transaction() as connection:
            manifest = {
                "id": version.id,
                "document": version.model_dump_json(),
                "spec": spec.model_dump_json(),
                "created_at": self.database.now(),
            }
            if not await insert_new(self.database, connection, datasets, [manifest]):
                return
            rows = [
                {
                    "dataset_id": version.id,
                    "position": position,
                    "item_id": item.id,
                    "document": item.model_dump_json(),
                }
                for position, item in enumerate(items)
            ]
            await insert_new(self.database, connection, dataset_items, rows)

    async def get(self, dataset_id: str) -> DatasetVersion:
        """Return a manifest."""
        async with self.database.reading() as connection:
            return await self._version(connection, dataset_id)

    async def page(self, params: PageParams) -> Page[DatasetVersion]:
        """Return a page of manifests, newest first."""
        async with self.database.reading() as connection:
            return await table_page(
                connection,
                datasets,
                [],
                params,
                lambda row: DatasetVersion.model_validate_json(row["document"]),
            )

    async def tasks_page(self, dataset_id: str, params: PageParams) -> Page[Task]:
        """Return a page of the tasks of an `rl_tasks` version."""
        return await self._items(dataset_id, params, Task)

    async def dialogues_page(self, dataset_id: str, params: PageParams) -> Page[Dialogue]:
        """Return a page of the dialogues of an SFT version."""
        return await self._items(dataset_id, params, Dialogue)

    async def item_ids(self, dataset_id: str) -> list[str]:
        """Return the ids of all items, in order."""
        statement = (
            select(dataset_items.c.item_id)
            .where(dataset_items.c.dataset_id == dataset_id)
            .order_by(dataset_items.c.position)
        )
        async with self.database.reading() as connection:
            await self._version(connection, dataset_id)
            return list((await connection.execute(statement)).scalars())

    async def rejects_after(
        self, run_ids: Sequence[str], after: RejectKey | None, limit: int
    ) -> list[KeyedReject]:
        """Return up to `limit` rejects of runs behind a place, in order."""
        table = rejects
        place = (table.c.run_id, table.c.stream_id, table.c.iteration, table.c.position)
        statement = select(table).where(table.c.run_id.in_(run_ids)).order_by(*place).limit(limit)
        if after is not None:
            statement = statement.where(tuple_(*place) > tuple_(*after.parts()))
        async with self.database.reading() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [
            KeyedReject(
                key=RejectKey.of([row[column.name] for column in place]),
                reject=RejectedDraft.model_validate_json(row["document"]),
            )
            for row in rows
        ]

    async def sample(self, sample_id: str) -> TaskSample | None:
        """Return a sample that was made before."""
        statement = select(task_samples.c.document).where(task_samples.c.id == sample_id)
        async with self.database.reading() as connection:
            document = (await connection.execute(statement)).scalar_one_or_none()
        return None if document is None else TaskSample.model_validate_json(document)

    async def store_sample(self, request: TaskSampleRequest, made: TaskSample) -> None:
        """Keep a sample; its tasks are stored apart from every run, held out if asked."""
        async with self.database.transaction() as connection:
            is_heldout = request.split == "heldout"
            await self.tasks.store(connection, made.tasks, is_heldout=is_heldout)
            row = {
                "id": made.id,
                "run_id": request.synthesis_run_id,
                "document": made.model_dump_json(),
                "created_at": self.database.now(),
            }
            await insert_new(self.database, connection, task_samples, [row])

    async def _items(self, dataset_id: str, params: PageParams, model: type[T]) -> Page[T]:
        after = require_key(params.after, (int,))
        table = dataset_items
        statement = (
            select(table.c.position, table.c.document)
            .where(table.c.dataset_id == dataset_id, table.c.position > (after[0] if after else -1))
            .order_by(table.c.position)
            .limit(params.limit + 1)
        )
        async with self.database.reading() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return page_of(
            rows,
            params,
            lambda row: (row["position"],),
            lambda row: model.model_validate_json(row["document"]),
        )

    async def _version(self, connection: AsyncConnection, dataset_id: str) -> DatasetVersion:
        statement = select(datasets.c.document).where(datasets.c.id == dataset_id)
        document = (await connection.execute(statement)).scalar_one_or_none()
        if document is None:
            raise NotFoundError(f"no dataset {dataset_id}", {"dataset_id": dataset_id})
        return DatasetVersion.model_validate_json(document)
