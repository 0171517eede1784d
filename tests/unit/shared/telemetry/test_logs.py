"""Logs are one JSON object per event, carry ids, and never a secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from seawright_shared.telemetry.logs import configure_logging
from seawright_shared.telemetry.scope import job_scope, request_scope


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Yield where logs go; what was configured before comes back."""
    root = logging.getLogger()
    before, level, old = list(root.handlers), root.level, structlog.get_config()
    stream = io.StringIO()
    configure_logging("trainer", stream=stream)
    yield stream
    root.handlers, root.level = before, level
    structlog.configure(**old)


def entries(stream: io.StringIO) -> list[dict[str, object]]:
    """Return the logged events."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_carries_the_ids_of_its_scope(lines: io.StringIO):
    with request_scope("req_1"), job_scope("job_1", "run_1"):
        structlog.get_logger().info("step.finished", step=3)
    structlog.get_logger().info("app.stopped")
    first, second = entries(lines)
    assert first["event"] == "step.finished"
    assert (first["service"], first["level"], first["step"]) == ("trainer", "info", 3)
    assert (first["request_id"], first["job_id"], first["run_id"]) == ("req_1", "job_1", "run_1")
    assert "request_id" not in second


def test_logs_of_libraries_leave_in_the_same_form(lines: io.StringIO):
    logging.getLogger("some.library").warning("it is %s", "late")
    (entry,) = entries(lines)
    assert (entry["event"], entry["service"], entry["level"]) == (
        "it is late",
        "trainer",
        "warning",
    )


def test_secrets_are_masked_by_name_and_within_texts(lines: io.StringIO):
    structlog.get_logger().info(
        "database.opened",
        password="hunter2",
        api_key="hunter2",
        url="postgresql://me:hunter2@host/db",
        header="Bearer hunter2",
        num_tokens=5,
    )
    logging.getLogger("library").warning("cannot reach redis://:hunter2@host")
    assert "hunter2" not in lines.getvalue()
    first, second = entries(lines)
    assert first["url"] == "postgresql://me:***@host/db"
    assert first["num_tokens"] == 5
    assert "redis://:***@host" in str(second["event"])


def test_an_exception_is_told_without_the_values_of_variables(lines: io.StringIO):
    def fail(secret: str) -> None:
        raise KeyError(len(secret))

    try:
        fail("hunter2")
    except KeyError:
        structlog.get_logger().exception("request.failed")
    (entry,) = entries(lines)
    assert "KeyError" in str(entry["exception"])
    assert "secret = " not in str(entry["exception"])
