"""The environment service as a process of its own, on a port of the loopback."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCRIPT = "from seawright_environment.app import main; main()"


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kilobytes(self, field: str) -> int:
        """Return a figure of /proc/PID/status: VmRSS, or VmHWM, the most there ever was."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1])
        raise AssertionError(field)

    def children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in tasks.read_text().split()]

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def served(settings: Mapping[str, str] = {}) -> Generator[Served]:
    """Run the service until the block is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    named = {"PORT": str(port), "DRAIN_NOTICE_SECONDS": "0", "TAU2_DATA_DIR": "", **settings}
    environ = {f"SEAWRIGHT_ENVIRONMENT_{key}": text for key, text in named.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, **environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told: list[str] = []
    for line in process.stderr:
        told.append(line)
        if "running on" in line:
            break
    else:
        raise AssertionError("".join(told))
    try:
        yield Served(port, process)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
