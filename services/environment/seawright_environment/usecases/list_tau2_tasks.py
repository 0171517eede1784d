"""List tau2-bench's tasks of a domain and split, and the splits themselves."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from seawright_environment.core.databases import Databases
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.tau2_completion import completed_task
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

    async def splits(self, domain: str) -> dict[str, list[str]]:
        """Return the ids of each split, as the file has them."""
        folder = self.databases.content(domain).tau2_data
        return await asyncio.to_thread(self.source.splits, folder)

    def _list(self, domain: str, split: str) -> list[Task]:
        folder = self.databases.content(domain).tau2_data
        ref = DatabaseRef(domain=domain, source="tau2")
        base = self.databases.load(ref)
        return [
            completed_task(base, document, ref)
            for document in split_documents(self.source, folder, split)
        ]


def split_documents(source: Tau2Source, domain: str, split: str) -> list[JsonObject]:
    """Return a split's task documents in file order, or raise `InvalidRequestError`."""
    splits = source.splits(domain)
    if split not in splits:
        detail = f"{domain} has the splits {', '.join(splits)}"
        error = FieldError(pointer="/split", code="no-such-split", detail=detail)
        raise InvalidRequestError(detail, errors=[error])
    wanted = set(splits[split])
    return [document for document in source.tasks(domain) if document["id"] in wanted]
