"""Write a dataset version as a folder of Hugging Face configs, or of tau2-bench's files."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from seawright_orchestrator.core.companions import Companions
from seawright_orchestrator.core.dataset_card import data_card
from seawright_orchestrator.core.exports.columns import ConfigName, Row, Split
from seawright_orchestrator.core.exports.header import readme
from seawright_orchestrator.core.exports.rows import (
    checker_row,
    database_name,
    dialog_row,
    preference_row,
    reject_row,
    rl_row,
    task_row,
    turn_rows,
)
from seawright_orchestrator.usecases.exports.export_folders import (
    ExportFolder,
    ExportFolders,
    TaskDocuments,
)
from seawright_orchestrator.usecases.exports.read_version import ReadVersion
from seawright_orchestrator.usecases.stores import DatasetStore
from seawright_shared.records.datasets import DatasetVersion
from seawright_shared.records.domains import DatabaseRef

Format = Literal["hf", "tau2"]


@dataclass(slots=True, kw_only=True)
class Writing:
    """An export under way."""

    version: DatasetVersion
    folder: ExportFolder
    splits: Mapping[str, Split]
    databases: dict[str, DatabaseRef] = field(default_factory=dict[str, DatabaseRef])
    left_out: list[str] = field(default_factory=list[str])
    """Tasks whose start cannot be said in tau2-bench's form."""

    async def add(self, config: ConfigName, rows: Sequence[tuple[str, Row]]) -> None:
        """Add rows, each with the task that decides its split; off the event loop."""
        for split in ("train", "test"):
            ours = [row for task_id, row in rows if self.splits.get(task_id, "train") == split]
            if ours:
                await asyncio.to_thread(self.folder.add, config, split, ours)

    async def write(self, name: str, value: JsonValue | str) -> None:
        """Write a text, or a value as JSON."""
        text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
        await asyncio.to_thread(self.folder.write, name, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDataset:
    """What is written follows from the version alone."""

    datasets: DatasetStore
    read: ReadVersion
    documents: TaskDocuments
    folders: ExportFolders

    async def __call__(self, dataset_id: str, form: Format) -> ExportFolder:
        """Return the written folder; whoever asked for it discards it."""
        version = await self.datasets.get(dataset_id)
        folder = self.folders.open()
        try:
            splits = await self.read.splits(version)
            writing = Writing(version=version, folder=folder, splits=splits)
            await (self._configs(writing) if form == "hf" else self._files(writing))
        except BaseException:
            folder.discard()
            raise
        return folder

    async def _configs(self, writing: Writing) -> None:
        version = writing.version
        beside = await self.read.companions(version)
        async for tasks in self.read.task_batches(version):
            await writing.add("tasks", [(task.id, task_row(task)) for task in tasks])
            await writing.add("checkers", [(task.id, checker_row(task)) for task in tasks])
            rows: list[tuple[str, Row]] = []
            for task, document in zip(tasks, await self.documents.documents(tasks), strict=True):
                if document is None:
                    writing.left_out.append(task.id)
                    continue
                writing.databases[database_name(task.database)] = task.database
                rows.append((task.id, rl_row(task, document)))
            await writing.add("rl_tasks", rows)
        await self._add_plays(writing, beside)
        async for rejects in self.read.rejects(beside):
            await writing.add("rejected", [("", reject_row(one)) for one in rejects])
        await self._add_databases(writing, "databases")
        counts = await asyncio.to_thread(writing.folder.close)
        await writing.write("README.md", readme(version, counts, _notes(writing)))

    async def _add_plays(self, writing: Writing, beside: Companions) -> None:
        version = writing.version
        role = "user" if version.kind == "user_sft" else "assistant"
        async for batch in self.read.taught(version, beside):
            dialogs = [(one.task.id, dialog_row(one.dialogue, one.task, role)) for one in batch]
            await writing.add("sft_dialogs", dialogs)
            turns = [(b.task.id, row) for b in batch for row in turn_rows(b.dialogue, b.task)]
            await writing.add("sft_turns", turns)
        async for pairs in self.read.compared(version, beside):
            rows = [(one.task.id, preference_row(one.preference, one.task)) for one in pairs]
            await writing.add("preferences", rows)

    async def _files(self, writing: Writing) -> None:
        """Write one folder per database: tasks, splits, the database, the policy."""
        documents: dict[str, list[Row]] = {}
        splits: dict[str, dict[str, list[str]]] = {}
        async for tasks in self.read.task_batches(writing.version):
            for task, document in zip(tasks, await self.documents.documents(tasks), strict=True):
                if document is None:
                    writing.left_out.append(task.id)
                    continue
                name = database_name(task.database)
                writing.databases[name] = task.database
                documents.setdefault(name, []).append(document)
                of = splits.setdefault(name, {"train": [], "test": [], "base": []})
                task_id = str(document["id"])
                of[writing.splits[task.id]].append(task_id)
                of["base"].append(task_id)
        for name, ref in sorted(writing.databases.items()):
            await writing.write(f"domains/{name}/tasks.json", [*documents[name]])
            parts: Row = {split: [*ids] for split, ids in splits[name].items()}
            await writing.write(f"domains/{name}/split_tasks.json", parts)
            domain = await self.read.domains.domain(ref.domain)
            await writing.write(f"domains/{name}/policy.md", domain.domain_policy)
        await self._add_databases(writing, "domains")
        text = "\n".join([data_card(writing.version), *_notes(writing), ""])
        await writing.write("README.md", text)

    async def _add_databases(self, writing: Writing, under: str) -> None:
        for name, ref in sorted(writing.databases.items()):
            written = await self.documents.database(ref)
            if written is None:
                continue
            await writing.write(f"{under}/{name}/db.json", written.agent)
            if written.user is not None:
                await writing.write(f"{under}/{name}/user_db.json", written.user)


def _notes(writing: Writing) -> list[str]:
    if not writing.left_out:
        return []
    num = len(writing.left_out)
    return [
        f"{num} tasks are not among those in tau2-bench's form, which cannot say their start "
        "or score their end: "
        f"{', '.join(writing.left_out[:20])}{' ...' if num > 20 else ''}."
    ]
