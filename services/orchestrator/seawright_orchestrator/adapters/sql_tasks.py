"""Tasks as rows: stored once, whoever found them; held-out customers are known for ever."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_orchestrator.adapters.sql_inserts import insert_new
from seawright_orchestrator.adapters.sql_pages import table_page
from seawright_orchestrator.adapters.tables.tasks import run_tasks, tasks
from seawright_orchestrator.core.dataset_items import signature_of
from seawright_orchestrator.core.task_index import customer_key, goal_key
from seawright_orchestrator.usecases.stores import TaskFilter
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.tasks import Task
from seawright_shared.stores.sql import Database
from seawright_shared.web.pages import PageParams


class SqlTasks:
    """Tasks by id, by run, by goal type."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def store(
        self, connection: AsyncConnection, found: Iterable[Task], *, is_heldout: bool
    ) -> None:
        """Add tasks that are not there yet; a task once held out stays so."""
        now = self.database.now()
        listed = list(found)
        rows = [
            {
                "id": task.id,
                "domain": task.domain,
                "customer": customer_key(task),
                "is_heldout": is_heldout,
                "goal_types": goal_key(task),
                "signature": signature_of(task),
                "document": task.model_dump_json(),
                "created_at": now,
            }
            for task in listed
        ]
        await insert_new(self.database, connection, tasks, rows)
        if is_heldout and listed:
            ids = [task.id for task in listed]
            await connection.execute(
                update(tasks).where(tasks.c.id.in_(ids)).values(is_heldout=True)
            )

    async def credit(
        self,
        connection: AsyncConnection,
        run_id: str,
        task_ids: Sequence[str],
        *,
        stream_id: str,
        iteration: int,
    ) -> int:
        """Count tasks as a run's own; return how many are new to it."""
        rows = [
            {"run_id": run_id, "task_id": task_id, "stream_id": stream_id, "iteration": iteration}
            for task_id in task_ids
        ]
        return await insert_new(self.database, connection, run_tasks, rows)

    async def get(self, task_id: str) -> Task:
        """Return one task."""
        return (await self.several([task_id]))[0]

    async def put(self, task: Task) -> Task:
        """Store a task that came from outside; no run may call it its own."""
        async with self.database.transaction() as connection:
            await self.store(connection, [task], is_heldout=False)
        stored = await self.get(task.id)
        if stored != task:
            raise ConflictError(f"task {task.id} is there with another content")
        return stored

    async def several(self, task_ids: Sequence[str]) -> list[Task]:
        """Return tasks in the order of the ids; a missing one is a fault that names it."""
        wanted = list(dict.fromkeys(task_ids))
        found: dict[str, Task] = {}
        async with self.database.reading() as connection:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                statement = select(tasks.c.document).where(tasks.c.id.in_(part))
                for document in (await connection.execute(statement)).scalars():
                    task = Task.model_validate_json(document)
                    found[task.id] = task
        for task_id in wanted:
            if task_id not in found:
                raise NotFoundError(f"no task {task_id}", {"task_id": task_id})
        return [found[task_id] for task_id in task_ids]

    async def of_runs(self, run_ids: Sequence[str]) -> list[Task]:
        """Return the accepted tasks of runs that are not held out, by id."""
        statement = (
            select(tasks.c.document)
            .where(
                tasks.c.id.in_(select(run_tasks.c.task_id).where(run_tasks.c.run_id.in_(run_ids))),
                tasks.c.is_heldout.is_(False),
            )
            .order_by(tasks.c.id)
        )
        async with self.database.reading() as connection:
            documents = (await connection.execute(statement)).scalars().all()
        return [Task.model_validate_json(document) for document in documents]

    async def heldout_customers(self) -> set[str]:
        """Return the keys of all customers that any held-out task is about."""
        statement = select(tasks.c.customer).where(tasks.c.is_heldout.is_(True)).distinct()
        async with self.database.reading() as connection:
            return set((await connection.execute(statement)).scalars())

    async def num_of_run(self, connection: AsyncConnection, run_id: str) -> int:
        """Return how many tasks a run has accepted."""
        statement = select(func.count()).where(run_tasks.c.run_id == run_id)
        return (await connection.execute(statement)).scalar_one()

    async def page(self, wanted: TaskFilter, params: PageParams) -> Page[Task]:
        """Return a page of tasks in the order of their storing."""
        where: list[ColumnElement[bool]] = []
        if wanted.run_id is not None:
            own = select(run_tasks.c.task_id).where(run_tasks.c.run_id == wanted.run_id)
            where.append(tasks.c.id.in_(own))
        if wanted.is_heldout is not None:
            where.append(tasks.c.is_heldout.is_(wanted.is_heldout))
        if wanted.goal_type is not None:
            where.append(tasks.c.goal_types.contains(f",{wanted.goal_type},", autoescape=True))
        async with self.database.reading() as connection:
            return await table_page(
                connection,
                tasks,
                where,
                params,
                lambda row: Task.model_validate_json(row["document"]),
                is_newest_first=False,
            )
