"""Monty: an interpreter of its own for checker source, in worker processes that may crash."""

import ast
import json
import os
import threading
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue
from pydantic_monty import (
    CollectString,
    Monty,
    MontyCrashedError,
    MontyError,
    OSPolicy,
    ResourceLimits,
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


class MontySandbox:
    """Runs source in a fresh Monty session. Safe to call from several threads."""

    def __init__(
        self,
        *,
        wall_seconds: float = 1.0,
        memory_bytes: int = 32 << 20,
        max_checks: int = 2,
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
        except (OSError, RuntimeError, TimeoutError) as error:
            return SandboxRun(
                fault=SandboxFault.UNAVAILABLE, detail=f"no Monty here: {error}"[:300]
            )
        if refusals:
            return SandboxRun(fault=SandboxFault.ERROR, detail=str(refusals[0]))
        return _read(value)

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            pool, self._pool = self._pool, None
            if pool is not None and self._owner == os.getpid():
                pool.__exit__(None, None, None)

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
                pool = Monty(
                    max_processes=self._max_checks,
                    request_timeout=self._wall_seconds + 1.0,
                    feed_duration_limit_grace=0.2,
                    checkout_timeout=60.0,
                )
                self._pool = pool.__enter__()
                self._owner = os.getpid()
            return self._pool


def _read(value: object) -> SandboxRun:
    """Return the result and the time it took, as `packed` and `spent` gave them."""
    match value:
        case [str(text), float(seconds)]:
            return SandboxRun(value=json.loads(text), cpu_seconds=seconds)
        case _:
            return SandboxRun(fault=SandboxFault.ERROR, detail="it spoke nonsense")
