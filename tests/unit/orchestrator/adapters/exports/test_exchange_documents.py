"""Laws of documents that the environment writes."""

from typing import cast

import pytest

from seawright_orchestrator.adapters.exports.exchange_documents import ExchangeDocuments
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.contracts.exchange import TaskExport, TaskExportRequest
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import Scenario, Task

pytestmark = pytest.mark.anyio


def task(number: int) -> Task:
    return Task(
        id=f"task_{number}",
        domain="retail",
        database=DatabaseRef(domain="retail"),
        scenario=Scenario(persona="plain", opening="hi", wishes=[]),
    )


class Exchange:
    """Refuses batches that hold a task whose start cannot be said."""

    def __init__(self, unsayable: set[str], code: str = "not-expressible") -> None:
        self.unsayable = unsayable
        self.code = code

    async def export_tasks(self, request: TaskExportRequest) -> TaskExport:
        if any(one.id in self.unsayable for one in request.tasks):
            wrong = FieldError(pointer="/initial_patch/0", code=self.code, detail="no")
            raise InvalidRequestError("no", errors=[wrong])
        return TaskExport(documents=[{"id": one.id} for one in request.tasks])


@pytest.mark.parametrize("unsayable", [set[str](), {"task_3"}, {"task_0", "task_6"}])
async def test_one_task_that_cannot_be_said_does_not_spoil_its_batch(unsayable: set[str]):
    tasks = [task(number) for number in range(7)]
    found = await ExchangeDocuments(client=cast("ExchangeClient", Exchange(unsayable))).documents(
        tasks
    )
    assert found == [None if one.id in unsayable else {"id": one.id} for one in tasks]


async def test_another_fault_is_raised():
    exchange = cast("ExchangeClient", Exchange({"task_1"}, code="missing"))
    with pytest.raises(InvalidRequestError):
        await ExchangeDocuments(client=exchange).documents([task(1), task(2)])
