import asyncio
import os
import signal

import pytest
import typer

from seawright_console.cli.outcome import (
    FAILED,
    INTERRUPTED,
    INVALID,
    TERMINATED,
    UNREACHABLE,
    run,
)
from seawright_console.core.run_failure import failure_of
from seawright_shared.errors import (
    FieldError,
    InvalidRequestError,
    SeawrightError,
    UnavailableError,
)
from seawright_shared.records.jobs import JobStatus, StatusReason


async def raising(error: BaseException) -> None:
    raise error


async def raising_in_a_group(error: Exception) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(raising(error))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidRequestError("wrong"), INVALID),
        (UnavailableError("http://x cannot be reached for GET /"), UNREACHABLE),
        (failure_of("srun_1", JobStatus.FAILED, StatusReason(code="c", message="m")), FAILED),
        (KeyboardInterrupt(), INTERRUPTED),
    ],
)
def test_a_fault_becomes_its_exit_code(error: BaseException, code: int):
    with pytest.raises(typer.Exit) as caught:
        run(raising(error))
    assert caught.value.exit_code == code


def test_a_fault_inside_a_group_is_found():
    with pytest.raises(typer.Exit) as caught:
        run(raising_in_a_group(InvalidRequestError("wrong")))
    assert caught.value.exit_code == INVALID


def test_a_bug_is_not_hidden():
    with pytest.raises(AssertionError):
        run(raising(AssertionError("bug")))


def test_the_wrong_field_is_named_to_the_person(capsys: pytest.CaptureFixture[str]):
    fault = InvalidRequestError(
        "the spec is wrong",
        errors=[FieldError(pointer="/batch/group_size", code="less_than", detail="must be >= 2")],
    )
    with pytest.raises(typer.Exit):
        run(raising(fault))
    shown = capsys.readouterr().err
    assert "batch.group_size" in shown
    assert "must be >= 2" in shown


def test_a_run_s_own_reason_is_shown():
    reason = StatusReason(code="no-variance", message="64 groups without variance")
    fault: SeawrightError = failure_of("trun_1", JobStatus.FAILED, reason)
    assert fault.detail == "trun_1 failed: 64 groups without variance (no-variance)"


def test_a_command_that_is_told_to_end_puts_away_what_it_began():
    put_away: list[str] = []

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        finally:
            put_away.append("server")

    with pytest.raises(typer.Exit) as ended:
        run(work())
    assert ended.value.exit_code == TERMINATED
    assert put_away == ["server"]
