"""How a command ends: faults become readable lines and exit codes."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar, cast

import typer
from rich.console import Console
from rich.markup import escape

from seawright_console.adapters.rich_screen import RichScreen
from seawright_shared.errors import (
    InvalidRequestError,
    NotFoundError,
    SeawrightError,
    UnavailableError,
)

T = TypeVar("T")

FAILED, INVALID, UNREACHABLE, INTERRUPTED, TERMINATED = 1, 2, 3, 130, 143
"""Exit codes: a run failed or a fault; the input is wrong; no answer; Ctrl-C; SIGTERM."""


def stderr() -> Console:
    """Return the console that people read; standard output is for results."""
    return Console(stderr=True, highlight=False)


def screen() -> RichScreen:
    """Return the screen that commands report to."""
    return RichScreen(console=stderr())


def run(work: Coroutine[object, object, T]) -> T:
    """Run a command to its end; a fault is shown and becomes the exit code.

    SIGTERM ends it as Ctrl-C does: what it started is ended, too.
    """
    try:
        return asyncio.run(_until_told(work))
    except BaseExceptionGroup as group:
        fault = first_fault(group)
        if fault is None:
            raise
        show(fault)
        raise typer.Exit(exit_code(fault)) from group
    except SeawrightError as fault:
        show(fault)
        raise typer.Exit(exit_code(fault)) from fault
    except KeyboardInterrupt as error:
        stderr().print("stopped")
        raise typer.Exit(INTERRUPTED) from error
    except asyncio.CancelledError as error:
        stderr().print("stopped")
        raise typer.Exit(TERMINATED) from error


async def _until_told(work: Coroutine[object, object, T]) -> T:
    task = asyncio.current_task()
    assert task is not None
    # Refused beside the main thread, where no signal arrives either.
    with suppress(RuntimeError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def first_fault(group: BaseExceptionGroup[BaseException]) -> SeawrightError | None:
    """Return the first fault in a group, however deep."""
    for error in group.exceptions:
        if isinstance(error, SeawrightError):
            return error
        if isinstance(error, BaseExceptionGroup):
            found = first_fault(cast("BaseExceptionGroup[BaseException]", error))
            if found is not None:
                return found
    return None


def exit_code(fault: SeawrightError) -> int:
    """Return the exit code of a fault."""
    if isinstance(fault, InvalidRequestError | NotFoundError):
        return INVALID
    return UNREACHABLE if isinstance(fault, UnavailableError) else FAILED


def show(fault: SeawrightError) -> None:
    """Show a fault: its code, its sentence, and each wrong field."""
    console = stderr()
    console.print(
        f"[bold red]{escape(fault.code)}[/bold red]: {escape(fault.detail)}", soft_wrap=True
    )
    for error in fault.errors:
        where = error.pointer.strip("/").replace("/", ".") or "(body)"
        console.print(f"  [bold]{escape(where)}[/bold]: {escape(error.detail)}", soft_wrap=True)
    if isinstance(fault, UnavailableError) and "cannot be reached" in fault.detail:
        console.print("  Is the deployment up? `seawright up --embedded` starts one.")
