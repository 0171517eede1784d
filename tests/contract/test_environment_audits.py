"""Audits over HTTP, through the typed client."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from seawright_environment.domains.retail.seed import generate_tables
from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import MAX_AUDITED_TASKS, AuditRequest
from seawright_shared.errors import (
    DeadlineError,
    InvalidRequestError,
    NotFoundError,
    TooLargeError,
)
from seawright_shared.records.domains import DatabaseRef

REF = DatabaseRef(domain="retail", seed=1, num_customers=40)


async def serving(**settings: Any) -> AsyncGenerator[EnvironmentClient]:
    app = build(Settings(tau2_data_dir=None, **settings))
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        yield EnvironmentClient(peer)
    await peer.aclose()


@pytest.fixture
async def client() -> AsyncGenerator[EnvironmentClient]:
    async for client in serving():
        yield client


def cancelling() -> dict[str, Any]:
    """Return a task whose gold cancels a pending order of the generated shop."""
    orders: Any = generate_tables(REF.seed, REF.num_customers)["orders"]
    order_id = next(key for key, order in orders.items() if order["status"] == "pending")
    arguments = {"order_id": order_id, "reason": "no longer needed"}
    return {
        "id": "cancel",
        "user_scenario": {"instructions": f"You no longer need {order_id}."},
        "evaluation_criteria": {
            "actions": [{"action_id": "1", "name": "cancel_pending_order", "arguments": arguments}],
            "reward_basis": ["DB"],
        },
    }


def request(*tasks: Any, **changed: Any) -> AuditRequest:
    fields: dict[str, Any] = {"domain": "retail", "database": REF, "tasks": list(tasks)}
    return AuditRequest(**{**fields, **changed})


async def test_an_audit_reports_the_sound_the_weak_and_the_broken(client: EnvironmentClient):
    idle = {**cancelling(), "id": "idle", "evaluation_criteria": {"actions": []}}
    report = await client.audit(request(cancelling(), idle, {"id": 3}))
    assert (report.domain, report.database) == ("retail", REF)
    assert [task.is_audited for task in report.tasks] == [True, True, False]
    assert report.tasks[0].findings == []
    assert {row.operator for row in report.tasks[0].kills} >= {"drop_write", "collateral_other"}
    assert all(row.mutants == row.killed for row in report.tasks[0].kills)
    assert "noop-passes" in {finding.code for finding in report.tasks[1].findings}
    assert report.tasks[2].findings[0].pointer == "/2/id"
    assert report.worst() == "error"


async def test_a_database_may_come_with_the_tasks(client: EnvironmentClient):
    tables: Any = generate_tables(REF.seed, REF.num_customers)
    document = {name: dict(table) for name, table in tables.items()}
    report = await client.audit(request(cancelling(), database=None, document=document))
    assert report.database is None
    assert report.tasks[0].findings == []


async def test_what_is_no_database_is_refused_at_its_field(client: EnvironmentClient):
    for document in ({}, {"orders": 3}, {"users": [], "orders": {}, "products": {"1": None}}):
        with pytest.raises(InvalidRequestError) as caught:
            await client.audit(request(cancelling(), database=None, document=document))
        assert [error.pointer for error in caught.value.errors] == ["/document"]
    with pytest.raises(InvalidRequestError, match="not both"):
        await client.audit(request(cancelling(), document={}))


async def test_unknown_domains_and_a_database_that_is_not_here_are_not_found(
    client: EnvironmentClient,
):
    with pytest.raises(NotFoundError, match="no domain 'spa'"):
        await client.audit(request(cancelling(), domain="spa"))
    with pytest.raises(NotFoundError, match="TAU2_DATA_DIR"):
        await client.audit(request(cancelling(), database=None))
    other = REF.model_copy(update={"domain": "airline"})
    with pytest.raises(InvalidRequestError):
        await client.audit(request(cancelling(), database=other))


async def test_the_number_of_tasks_and_the_size_of_the_body_are_bounded(client: EnvironmentClient):
    unchecked: Any = AuditRequest.model_construct(
        domain="retail", tasks=[1] * (MAX_AUDITED_TASKS + 1), max_mutants=1
    )
    with pytest.raises(InvalidRequestError) as caught:
        await client.audit(unchecked)
    assert [error.pointer for error in caught.value.errors] == ["/tasks"]
    with pytest.raises(InvalidRequestError):
        await client.audit(AuditRequest.model_construct(domain="retail", tasks=[]))
    with pytest.raises(TooLargeError):
        await client.audit(request("x" * (65 << 20)))


async def test_an_audit_that_takes_too_long_is_given_up_and_says_how_far_it_came():
    async for client in serving(audit_seconds=1e-9):
        with pytest.raises(DeadlineError, match="0 of 1 tasks"):
            await client.audit(request(cancelling()))
