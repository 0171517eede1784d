"""Import the AReaL-tau2 data: RL rows as tasks, SFT rows as dialogues, databases compared."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from seawright_environment.core.areal_databases import database_patch
from seawright_environment.core.areal_dialogues import areal_dialogue
from seawright_environment.core.areal_rows import (
    Cursor,
    Line,
    SftRow,
    parsed_line,
    read_as,
    sft_domain,
)
from seawright_environment.core.areal_tasks import ArealTask, areal_task
from seawright_environment.core.databases import Databases
from seawright_environment.core.tau2_completion import RefusedAction, completed_task, refused_gold
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import PatchOp, Task


class ArealSource(Protocol):
    """Where rows and databases come from; each raises `NotFoundError` where there is none."""

    def rl_lines(self, after: Cursor) -> Iterator[Line]:
        """Yield the RL rows after a place."""
        ...

    def sft_lines(self, after: Cursor) -> Iterator[Line]:
        """Yield the SFT rows after a place."""
        ...

    def snapshots(self) -> list[str]:
        """Return the names of the database files."""
        ...

    def sha256(self, name: str) -> str:
        """Return the hash of one database file."""
        ...

    def domain_of(self, name: str) -> str:
        """Return the domain that a database file's name tells."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTask:
    """One RL row as a task, with the golden actions that the tools refuse."""

    line: int
    task: Task
    refused: list[RefusedAction]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """RL rows of one domain."""

    tasks: list[ImportedTask]
    next_after: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialoguePage:
    """SFT rows of one domain, failed dialogues left out."""

    dialogues: list[Dialogue]
    num_read: int
    num_failed: int
    next_after: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSnapshot:
    """A database file against tau2-bench's own database of the domain."""

    name: str
    domain: str
    sha256: str
    patch: list[PatchOp]
    num_entities: dict[str, int]
    num_shared: dict[str, int]
    is_base: bool
    """Even the order of ids is the same: tasks on it start from tau2-bench's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAreal:
    """Works off the event loop. A row that is not as documented stops the page, by its name."""

    databases: Databases
    source: ArealSource

    async def tasks(self, domain: str, after: Cursor, limit: int) -> TaskPage:
        """Return RL rows of a domain as tasks, each on its own database."""
        return await asyncio.to_thread(self._tasks, domain, after, limit)

    async def dialogues(self, domain: str, after: Cursor, limit: int) -> DialoguePage:
        """Return SFT rows of a domain as dialogues."""
        return await asyncio.to_thread(self._dialogues, domain, after, limit)

    async def snapshots(self) -> list[ComparedSnapshot]:
        """Return every database file of a domain that is here, as a patch of tau2-bench's own."""
        return await asyncio.to_thread(self._snapshots)

    def _tasks(self, domain: str, after: Cursor, limit: int) -> TaskPage:
        self.databases.content(domain)
        found: list[ImportedTask] = []
        for line in self.source.rl_lines(after):
            row = areal_task(line, parsed_line(line))
            if row.domain != domain:
                continue
            found.append(self._completed(row))
            if len(found) == limit:
                return TaskPage(tasks=found, next_after=line.end)
        return TaskPage(tasks=found, next_after=None)

    def _completed(self, row: ArealTask) -> ImportedTask:
        ref = self._ref(row.domain, row.snapshot)
        base = self.databases.load(ref)
        task = completed_task(base, row.document, ref, row.line.pointer)
        refused = refused_gold(base, row.document)
        return ImportedTask(line=row.line.number, task=task, refused=refused)

    def _ref(self, domain: str, name: str) -> DatabaseRef:
        """Return tau2-bench's own database where the file equals it, else the file."""
        ref = DatabaseRef(domain=domain, source="tau2", snapshot=name)
        base = self.databases.load(ref).database
        own = self.databases.load(DatabaseRef(domain=domain, source="tau2")).database
        return DatabaseRef(domain=domain, source="tau2") if base.name == own.name else ref

    def _dialogues(self, domain: str, after: Cursor, limit: int) -> DialoguePage:
        tools = self.databases.content(domain).describe().tools
        found: list[Dialogue] = []
        num_read = 0
        for line in self.source.sft_lines(after):
            row = parsed_line(line)
            if sft_domain(line, row) != domain:
                continue
            read = read_as(SftRow, line, row)
            num_read += 1
            if read.is_good:
                found.append(areal_dialogue(line, read, tools))
            if num_read == limit:
                return DialoguePage(
                    dialogues=found,
                    num_read=num_read,
                    num_failed=num_read - len(found),
                    next_after=line.end,
                )
        return DialoguePage(
            dialogues=found, num_read=num_read, num_failed=num_read - len(found), next_after=None
        )

    def _snapshots(self) -> list[ComparedSnapshot]:
        return [self._compared(name) for name in self.source.snapshots()]

    def _compared(self, name: str) -> ComparedSnapshot:
        domain = self.source.domain_of(name)
        own = self.databases.load(DatabaseRef(domain=domain, source="tau2")).database.tables
        ref = DatabaseRef(domain=domain, source="tau2", snapshot=name)
        tables = self.databases.load(ref).database.tables
        return ComparedSnapshot(
            name=name,
            domain=domain,
            sha256=self.source.sha256(name),
            patch=database_patch(own, tables),
            num_entities={table: len(tables[table]) for table in tables},
            num_shared={
                table: sum(own[table].get(key) is tables[table][key] for key in tables[table])
                for table in tables
            },
            is_base=tables is own,
        )
