"""Monty: an interpreter of its own for checker source, in worker processes that may crash."""

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
        self._prelude = program("prelude")

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
        text = f"{self._prelude}\n{code}\npacked(check(Ctx(ask, uses), Ck()))\n"
        policy = OSPolicy(datetime=NOON + timedelta(days=conditions.clock_shift_days), sleep="zero")
        try:
            with self._workers().checkout(limits=self._limits, os_policy=policy) as session:
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
        return SandboxRun(value=json.loads(value))

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            pool, self._pool = self._pool, None
            if pool is not None and self._owner == os.getpid():
                pool.__exit__(None, None, None)

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
