"""Monty: an interpreter of its own for checker source, in worker processes that may crash."""

import ast
import json
import os
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import JsonValue
from pydantic_monty import (
    CollectString,
    Monty,
    MontyCrashedError,
    MontyError,
    OSPolicy,
    ResourceLimits,
)

from seawright_environment.adapters.sandbox.bubblewrap import find_bubblewrap
from seawright_environment.adapters.sandbox.monty_worker import (
    bare_script,
    confined_script,
    monty_program,
    written,
)
from seawright_environment.adapters.sandbox.zygotes import program
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.source_checker import Ask, Conditions, SandboxFault, SandboxRun

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""The clock of every check, shifted by its conditions: none tells the time."""
FAULTS = {
    "TimeoutError": SandboxFault.TIMEOUT,
    "MemoryError": SandboxFault.MEMORY,
}


def shortened(text: str) -> str:
    """Return a program without its words for people: Monty reads it anew for every check."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(tree))


UNUSABLE = (OSError, RuntimeError, MontyError)
"""What workers that do not start raise."""


class MontySandbox:
    """Runs source in a fresh Monty session. Safe to call from several threads."""

    def __init__(
        self,
        *,
        wall_seconds: float = 1.0,
        memory_bytes: int = 32 << 20,
        max_checks: int = 2,
        find: Callable[[], str | None] = find_bubblewrap,
        program_path: Path | None = None,
    ) -> None:
        self._limits = ResourceLimits(
            max_feed_duration_secs=wall_seconds,
            max_memory=memory_bytes,
            max_recursion_depth=200,
            max_suspensions=1000,
        )
        self._wall_seconds = wall_seconds
        self._max_checks = max_checks
        self._lock = threading.Lock()
        self._pool: Monty | None = None
        self._find = find
        self._program = program_path or monty_program()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.confinement = ""
        """How the workers run: known once they do."""
        self._owner = 0
        self._states: dict[int, bytes] = {}

    def run(self, code: str, uses: list[str], ask: Ask, conditions: Conditions) -> SandboxRun:
        """Return what `check(ctx, ck)` returned, or the fault. Never raises."""
        refusals: list[Exception] = []

        def answer(kind: str, side: str, table: str, key: str) -> JsonValue:
            try:
                return ask(str(kind), str(side), str(table), str(key))
            except (ValueError, TypeError, LookupError, RuntimeError) as error:
                refusals.append(error)
                raise

        parties: JsonObject = {"agent": "assistant", "user": "user", "uses": list(uses)}
        text = f"{code}\n[packed(check(Ctx(ask, uses), Ck())), spent()]\n"
        try:
            pool = self._workers()
            state = self._state(pool, conditions.clock_shift_days)
        except UNUSABLE as error:
            detail = f"no Monty here: {error}"[:300]
            return SandboxRun(fault=SandboxFault.UNAVAILABLE, detail=detail)
        try:
            with pool.checkout() as session:
                session.load_session(state)
                value = session.feed_run(
                    text,
                    inputs=parties,
                    external_lookup={"ask": answer},
                    print_callback=CollectString(64 << 10),
                )
        except MontyCrashedError as error:
            fault = SandboxFault.TIMEOUT if error.timed_out else SandboxFault.KILLED
            return SandboxRun(fault=fault, detail=str(error)[:300])
        except MontyError as error:
            raised = type(error.exception()).__name__
            fault = FAULTS.get(raised, SandboxFault.ERROR)
            return SandboxRun(fault=fault, detail=str(error)[:300])
        except (OSError, RuntimeError) as error:
            detail = f"no Monty here: {error}"[:300]
            return SandboxRun(fault=SandboxFault.UNAVAILABLE, detail=detail)
        if refusals:
            return SandboxRun(fault=SandboxFault.ERROR, detail=str(refusals[0]))
        return _read(value)

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            pool, self._pool = self._pool, None
            folder, self._folder = self._folder, None
            if pool is not None and self._owner == os.getpid():
                pool.__exit__(None, None, None)
            if folder is not None:
                folder.cleanup()

    def _state(self, pool: Monty, clock_shift_days: int) -> bytes:
        """Return a session that has read the text before every source, with limits and a clock."""
        with self._lock:
            known = self._states.get(clock_shift_days)
        if known is None:
            clock = NOON + timedelta(days=clock_shift_days)
            policy = OSPolicy(
                datetime=clock, sleep="zero", process_time="elapsed", random_start={"seed": 0}
            )
            with pool.checkout(limits=self._limits, os_policy=policy) as session:
                session.feed_run(shortened(program("prelude")))
                known = session.dump()
            with self._lock:
                self._states[clock_shift_days] = known
        return known

    def _workers(self) -> Monty:
        with self._lock:
            # A forked process has its own workers.
            if self._pool is None or self._owner != os.getpid():
                self._pool = self._start()
                self._owner = os.getpid()
            return self._pool

    def _start(self) -> Monty:
        """Return running workers, in the strictest way that works here; keep which one it is."""
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="seawright-monty-")
        bubblewrap = self._find()
        why = "bubblewrap does not work here" if bubblewrap else "bubblewrap is not installed"
        ways = [(f"an empty environment; {why}", bare_script(self._program))]
        if bubblewrap:
            ways.insert(0, ("bubblewrap", confined_script(bubblewrap, self._program)))
        for number, (way, script) in enumerate(ways):
            try:
                pool = self._started(written(self._folder, str(number), script))
            except UNUSABLE:
                continue
            self.confinement = way
            return pool
        pool = self._started(self._program)
        self.confinement = f"the service's environment: no script runs here; {why}"
        return pool

    def _started(self, program_path: Path) -> Monty:
        """Return workers that have answered once."""
        pool = Monty(
            binary_path=program_path,
            max_processes=self._max_checks,
            request_timeout=self._wall_seconds + 1.0,
            feed_duration_limit_grace=0.2,
            checkout_timeout=60.0,
        )
        running = pool.__enter__()
        try:
            with running.checkout() as session:
                session.feed_run("1")
        except BaseException:
            running.__exit__(None, None, None)
            raise
        return running


def _read(value: object) -> SandboxRun:
    """Return the result and the time it took, as `packed` and `spent` gave them."""
    match value:
        case [str(text), float(seconds)]:
            return SandboxRun(value=json.loads(text), cpu_seconds=seconds)
        case _:
            return SandboxRun(fault=SandboxFault.ERROR, detail="it spoke nonsense")
