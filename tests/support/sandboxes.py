"""Both sandboxes of a test run, with short limits, and what checkers in them are made of."""

from collections.abc import Generator
from contextlib import contextmanager

from pydantic import JsonValue

from seawright_environment.adapters.sandbox.monty import MontySandbox
from seawright_environment.adapters.sandbox.processes import ProcessSandbox
from seawright_environment.adapters.sandbox.zygotes import ProcessLimits
from seawright_environment.core.source_checker import Sandboxes, SourceChecker
from seawright_shared.records.checkers import Checker

LIMITS = ProcessLimits(cpu_seconds=1, wall_seconds=1.0)


@contextmanager
def sandboxes() -> Generator[Sandboxes]:
    monty = MontySandbox(wall_seconds=0.5)
    cpython = ProcessSandbox(limits=LIMITS, find=lambda: None)
    try:
        yield Sandboxes(monty=monty, cpython=cpython)
    finally:
        monty.close()
        cpython.close()


def check_of(*lines: str) -> str:
    return "\n".join(["def check(ctx, ck):", *(f"    {line}" for line in lines)]) + "\n"


def source_checker(source: str, boxes: Sandboxes, runtime: str = "monty") -> SourceChecker:
    checker = Checker.model_validate({"source": source, "runtime": runtime})
    return SourceChecker.of(checker, boxes)


def no_answer(kind: str, side: str, table: str, key: str) -> JsonValue:
    return None
