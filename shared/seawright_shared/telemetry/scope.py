"""The scope of a request or job: ids that logs carry and that peers are told."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

REQUEST_ID: ContextVar[str | None] = ContextVar("seawright_request_id", default=None)
"""The id of the request being served; `Peer` passes it on."""


@contextmanager
def request_scope(request_id: str) -> Generator[None]:
    """Bind the request id for logs and outgoing calls until the block ends."""
    token = REQUEST_ID.set(request_id)
    try:
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            yield
    finally:
        REQUEST_ID.reset(token)


@contextmanager
def job_scope(job_id: str, run_id: str | None) -> Generator[None]:
    """Bind a job's and its run's id for logs until the block ends."""
    ids = {"job_id": job_id} | ({"run_id": run_id} if run_id else {})
    with structlog.contextvars.bound_contextvars(**ids):
        yield
