"""Sandboxed CPython: zygotes started when first needed, kept while they are well."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from seawright_environment.adapters.sandbox.bubblewrap import find_bubblewrap
from seawright_environment.adapters.sandbox.zygotes import (
    Job,
    ProcessLimits,
    SandboxStartError,
    Zygote,
    fork_server,
)
from seawright_environment.core.source_checker import (
    Ask,
    Conditions,
    SandboxFault,
    SandboxRun,
)

LOST = (OSError, EOFError, TimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLayers:
    """Which layers hold here: an empty text, or why not."""

    seccomp: str
    uid: str
    bubblewrap: str

    @property
    def refusal(self) -> str:
        """Why no source may run here at all."""
        return self.seccomp or self.uid


class ProcessSandbox:
    """Runs source in a child process per check. Safe to call from several threads."""

    def __init__(
        self,
        *,
        limits: ProcessLimits | None = None,
        max_checks: int = 2,
        find: Callable[[], str | None] = find_bubblewrap,
        text: str | None = None,
    ) -> None:
        self._limits = limits or ProcessLimits()
        self._room = threading.BoundedSemaphore(max_checks)
        self._lock = threading.Lock()
        self._idle: list[tuple[int, Zygote]] = []
        self._is_closed = False
        self._find = find
        self._text = text or fork_server()
        self._bubblewrap: str | None = None
        self._layers: ProcessLayers | None = None

    def run(self, code: str, uses: list[str], ask: Ask, conditions: Conditions) -> SandboxRun:
        """Return what `check(ctx, ck)` returned, or the fault. Never raises."""
        return self.run_job(Job(code=code, uses=uses), ask, conditions.hash_seed)

    def run_job(self, job: Job, ask: Ask, hash_seed: int = 0) -> SandboxRun:
        """Run one job, where the layers that nothing runs without hold."""
        try:
            refusal = self.layers().refusal
            if refusal:
                return _unavailable(refusal)
            with self._room:
                return self._run(job, ask, hash_seed)
        except SandboxStartError as error:
            return _unavailable(str(error))

    def layers(self) -> ProcessLayers:
        """Return which layers hold here, found out once by starting a process."""
        with self._lock:
            if self._layers is None:
                self._layers = self._find_out()
            return self._layers

    def close(self) -> None:
        """End every idle process; those that are busy end with their check."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._is_closed = True
        for _, zygote in idle:
            zygote.close()

    def _run(self, job: Job, ask: Ask, hash_seed: int) -> SandboxRun:
        zygote = self._take(hash_seed)
        is_well = False
        try:
            ran = zygote.check(job, self._limits, ask)
            is_well = True
        except LOST as error:
            return SandboxRun(fault=SandboxFault.KILLED, detail=f"the process was lost: {error}")
        finally:
            with self._lock:
                num_alike = sum(seed == hash_seed for seed, _ in self._idle)
                is_kept = is_well and not self._is_closed and (hash_seed == 0 or num_alike == 0)
                if is_kept:
                    self._idle.append((hash_seed, zygote))
            if not is_kept:
                zygote.close()
        return ran

    def _take(self, hash_seed: int) -> Zygote:
        with self._lock:
            for place, (seed, zygote) in enumerate(self._idle):
                if seed == hash_seed:
                    del self._idle[place]
                    return zygote
        return Zygote.start(text=self._text, hash_seed=hash_seed, bubblewrap=self._bubblewrap)

    def _find_out(self) -> ProcessLayers:
        """Try bubblewrap first; without it the other layers still hold."""
        self._bubblewrap = self._find()
        why = "" if self._bubblewrap else "not installed"
        zygote: Zygote | None = None
        if self._bubblewrap:
            try:
                zygote = Zygote.start(text=self._text, hash_seed=0, bubblewrap=self._bubblewrap)
            except SandboxStartError as error:
                self._bubblewrap, why = None, str(error)
        if zygote is None:
            try:
                zygote = Zygote.start(text=self._text, hash_seed=0, bubblewrap=None)
            except SandboxStartError as error:
                return ProcessLayers(seccomp=str(error), uid="", bubblewrap=why)
        self._idle.append((0, zygote))
        uid = "it still runs as root" if zygote.hello["uid"] == 0 else ""
        return ProcessLayers(
            seccomp=str(zygote.hello["seccomp"]),
            uid=str(zygote.hello["root"]) or uid,
            bubblewrap=why,
        )


def _unavailable(why: str) -> SandboxRun:
    return SandboxRun(fault=SandboxFault.UNAVAILABLE, detail=f"no sandboxed process here: {why}")
