"""List tau2-bench's tasks of a domain and split."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from seawright_environment.core.databases import Databases
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.tau2_documents import import_task, read_document, with_id
from seawright_environment.core.tau2_evaluation import run_gold
from seawright_environment.core.world import Base
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Task


class Tau2Source(Protocol):
    """Where tau2-bench's documents come from."""

    def tasks(self, domain: str) -> list[JsonObject]:
        """Return task documents in file order, or raise `NotFoundError`."""
        ...

    def splits(self, domain: str) -> dict[str, list[str]]:
        """Return the task ids of each split."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTau2Tasks:
    """Imports documents and runs gold, for what it changes."""

    databases: Databases
    source: Tau2Source

    async def __call__(self, domain: str, split: str) -> list[Task]:
        """Return the tasks, in file order."""
        return await asyncio.to_thread(self._list, domain, split)

    def _list(self, domain: str, split: str) -> list[Task]:
        self.databases.content(domain)
        splits = self.source.splits(domain)
        if split not in splits:
            detail = f"{domain} has the splits {', '.join(splits)}"
            error = FieldError(pointer="/split", code="no-such-split", detail=detail)
            raise InvalidRequestError(detail, errors=[error])
        wanted = set(splits[split])
        ref = DatabaseRef(domain=domain, source="tau2")
        base = self.databases.load(ref)
        documents = [document for document in self.source.tasks(domain) if document["id"] in wanted]
        return [_complete(base, document, ref) for document in documents]


def _complete(base: Base, document: JsonObject, ref: DatabaseRef) -> Task:
    task = import_task(document, ref)
    gold = run_gold(base, read_document(document)).diff()
    known = {
        "final_patch": gold,
        "outcome": "fulfil" if gold else "info",
        "noop_passable": not gold,
    }
    return with_id(task.model_copy(update=known))
