"""Dead letters for people: what was given up and why, and taking it up again."""

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from seawright_shared.contracts.jobs import DeadLetter
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.jobs.queue import JobQueue


class DeadLetters:
    """The jobs of a service that were given up. A letter stays when its job is taken up again."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._database = queue.database

    async def newest(
        self, *, below: int | None, limit: int, is_open: bool | None = None
    ) -> list[DeadLetter]:
        """Return letters with an id below `below`, newest first.

        `is_open` keeps those whose job was not taken up again, or only those whose was.
        """
        letters = self._queue.tables.dead_letters
        where: list[ColumnElement[bool]] = []
        if below is not None:
            where.append(letters.c.id < below)
        if is_open is not None:
            taken_up = letters.c.requeued_at
            where.append(taken_up.is_(None) if is_open else taken_up.is_not(None))
        async with self._database.reading() as connection:
            return await self._read(connection, where, limit)

    async def requeue(self, letter_id: int) -> DeadLetter:
        """Give the letter's job all its attempts again, and its run with it.

        Raises `ConflictError` where that was done before, or the run has nothing to go on with.
        """
        letters = self._queue.tables.dead_letters
        async with self._database.transaction() as connection:
            found = await self._read(connection, [letters.c.id == letter_id], 1)
            if not found:
                raise NotFoundError(f"no dead letter {letter_id}", {"dead_letter_id": letter_id})
            if found[0].requeued_at is not None:
                raise ConflictError(
                    f"the job of dead letter {letter_id} was taken up again already",
                    {"dead_letter_id": letter_id, "job_id": found[0].job_id},
                )
            await self._queue.requeue(connection, found[0].job_id)
            return (await self._read(connection, [letters.c.id == letter_id], 1))[0]

    async def _read(
        self, connection: AsyncConnection, where: list[ColumnElement[bool]], limit: int
    ) -> list[DeadLetter]:
        letters, jobs = self._queue.tables.dead_letters, self._queue.tables.jobs
        statement = (
            select(letters, jobs.c.run_id, jobs.c.status)
            .join(jobs, jobs.c.id == letters.c.job_id)
            .where(*where)
            .order_by(letters.c.id.desc())
            .limit(limit)
        )
        rows = (await connection.execute(statement)).mappings().all()
        return [_letter(row) for row in rows]


def _letter(row: RowMapping) -> DeadLetter:
    return DeadLetter.model_validate({**row, "job_status": row["status"]})
