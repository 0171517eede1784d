"""Ranks as processes of this machine: one plain process, or torchrun for several."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import structlog

from seawright_trainer.adapters.rank_files import first_fault, write_config
from seawright_trainer.core.attempts import AttemptConfig, ExitCode, Outcome

log = structlog.get_logger()

WORKER = "seawright_trainer.worker"
GRACE_SECONDS = 20.0
"""Between SIGTERM, at which ranks checkpoint, and SIGKILL."""
TAIL_BYTES = 2000
BOUNDED_MEMORY = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "16", "MALLOC_ARENA_MAX": "2"}
"""On CPU. Packed rows differ in length: kernels made for one are hardly used again, and the
default of keeping a thousand of them takes gigabytes."""


class LocalAttempt:
    """A process group: its leader is the rank, or torchrun."""

    def __init__(
        self, process: asyncio.subprocess.Process, config: AttemptConfig, log_path: Path
    ) -> None:
        self.process = process
        self._config = config
        self._log_path = log_path

    async def wait(self) -> Outcome:
        """Return why the ranks ended: what one of them wrote, else the status and last words."""
        status = await self.process.wait()
        fault = first_fault(self._config)
        if fault is not None:
            return fault
        if status == 0:
            return Outcome(rank=0, exit_code=ExitCode.DONE, code="done", message="")
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        words = self._last_words()
        message = f"the ranks died with {how}" + (f": {words}" if words else "")
        return Outcome(rank=-1, exit_code=ExitCode.FAULT, code="rank-died", message=message)

    async def stop(self) -> None:
        """End the whole process group; returns when its leader is gone."""
        if self.process.returncode is None:
            self._signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(GRACE_SECONDS):
                    await self.process.wait()
            except TimeoutError:
                log.warning("rank.killed", pid=self.process.pid)
        # torchrun's ranks have sessions of their own: they end by themselves when it is gone.
        self._signal(signal.SIGKILL)
        await self.process.wait()

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def _last_words(self) -> str:
        text = self._log_path.read_bytes()[-TAIL_BYTES:].decode(errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return lines[-1] if lines else ""


class LocalLauncher:
    """The port `Launcher`. Arguments name a file; what it says is in no process list."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python

    async def launch(self, config: AttemptConfig) -> LocalAttempt:
        """Start the ranks and return at once; their output goes to a file beside the outcome."""
        path = write_config(config.model_copy(update={"launcher_pid": os.getpid()}))
        log_path = path.with_name("ranks.log")
        with log_path.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *self._command(config.spec.num_ranks, str(path)),
                env=BOUNDED_MEMORY | os.environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        log.info("ranks.launched", run_id=config.run_id, attempt=config.attempt, pid=process.pid)
        return LocalAttempt(process, config, log_path)

    def _command(self, num_ranks: int, config_path: str) -> list[str]:
        if num_ranks == 1:
            return [self._python, "-m", WORKER, config_path]
        torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
        return [self._python, *torchrun, str(num_ranks), "-m", WORKER, config_path]
