"""Bring the AReaL-tau2 data in, with what it shares with the benchmark."""

from collections.abc import Callable
from dataclasses import dataclass, field

from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.contracts.exchange import ContaminationRequest, RefusedGold
from seawright_shared.records.contamination import ContaminationReport
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.tasks import Task

PAGE = 500
Keep = Callable[[list[Dialogue]], None]


@dataclass(slots=True, kw_only=True)
class ArealImport:
    """What was read of a domain."""

    tasks: list[Task] = field(default_factory=list[Task])
    refused: list[RefusedGold] = field(default_factory=list[RefusedGold])
    """`index` counts over all tasks."""
    contamination: ContaminationReport | None = None
    num_rows: int = 0
    """SFT rows of the domain."""
    num_dialogues: int = 0
    """Of those, rows of dialogues that succeeded by both labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAreal:
    """Reads page by page through the environment."""

    exchange: ExchangeClient

    async def tasks(self, domain: str) -> ArealImport:
        """Return the RL rows as tasks, and how they overlap tau2-bench's train and test tasks."""
        found = ArealImport()
        after: str | None = "0-0"
        while after is not None:
            page = await self.exchange.areal_tasks(domain, after, PAGE)
            start = len(found.tasks)
            found.tasks += page.tasks
            found.refused += [
                each.model_copy(update={"index": start + each.index}) for each in page.refused
            ]
            after = page.next_after
        if found.tasks:
            documents = [task.tau2 for task in found.tasks if task.tau2 is not None]
            request = ContaminationRequest(domain=domain, documents=documents)
            found.contamination = (await self.exchange.contamination(request)).report
        return found

    async def dialogues(self, domain: str, found: ArealImport, keep: Keep) -> None:
        """Hand over the SFT rows of dialogues that succeeded, page by page; count all."""
        after: str | None = "0-0"
        while after is not None:
            page = await self.exchange.areal_dialogues(domain, after, PAGE)
            keep(page.dialogues)
            found.num_rows += page.num_read
            found.num_dialogues += len(page.dialogues)
            after = page.next_after
