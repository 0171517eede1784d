"""A real engine, started by the command that people use."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

COMMAND = "import typer; from seawright_console.cli.engine import engine; typer.run(engine)"
"""`seawright engine` without the other commands: they take seconds to import."""


@contextmanager
def engine_served(kind: str, model: Path, **options: object) -> Generator[str]:
    """Run `seawright engine` until the block is left; yield the URL that it printed."""
    named = {
        "device": "cpu",
        "dtype": "float32",
        "port": 0,
        "context-tokens": 512,
        "start-seconds": 600,
        **options,
    }
    flags = [f"--{name}={value}" for name, value in named.items()]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, kind, "--model", str(model), *flags],
        stdout=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "2"},
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://"), f"{kind} did not start: {process.wait(60)}"
        yield url
    finally:
        # Not SIGINT, which a shell's background jobs ignore, and what they start.
        process.terminate()
        process.wait(60)
        process.stdout.close()
