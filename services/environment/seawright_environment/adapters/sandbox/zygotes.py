"""Zygotes: fork servers for checker source, each one idle or busy with one check."""

import json
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from seawright_environment.adapters.sandbox.bubblewrap import wrapped
from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.source_checker import Ask, SandboxFault, SandboxRun

START_SECONDS = 10.0
MAX_FRAME = 64 << 20
ALL_LAYERS = ("rlimits", "seccomp")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLimits:
    """What one check may use."""

    cpu_seconds: int = 1
    wall_seconds: float = 2.0
    memory_bytes: int = 256 << 20
    output_bytes: int = 256 << 10
    """Everything the child writes, questions included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One check for a zygote."""

    code: str
    uses: Sequence[str]
    layers: Sequence[str] = ALL_LAYERS
    is_bare: bool = True
    """Whether the source has only the allowed builtins; probes have them all."""


class SandboxStartError(Exception):
    """There is no such process here; the text says why."""


def program(name: str) -> str:
    """Return the text of a program that runs in a sandbox."""
    return files("seawright_environment.adapters.sandbox").joinpath(f"{name}.py").read_text()


def fork_server() -> str:
    """Return the fork server's program as one text, which imports the standard library alone."""
    text = program("zygote")
    begin = text.index("from seawright_environment.")
    end = text.index(")\n", begin) + 2
    return program("confinement") + text[:begin] + text[end:]


@dataclass(slots=True, kw_only=True)
class Zygote:
    """A running fork server. One caller at a time."""

    process: subprocess.Popen[bytes]
    hello: JsonObject = field(default_factory=dict[str, JsonValue])
    owner: int = field(default_factory=os.getpid)

    @staticmethod
    def start(*, text: str, hash_seed: int, bubblewrap: str | None) -> "Zygote":
        """Return a fork server that said what holds there, or raise `SandboxStartError`."""
        python = str(Path(sys.executable).resolve())
        command = [python, "-sSPB", "-c", text]
        if bubblewrap:
            command = wrapped(bubblewrap, command, is_root=os.geteuid() == 0)
        try:
            # The command is our own program under the running interpreter.
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={"PYTHONHASHSEED": str(hash_seed)},
                cwd="/",
                bufsize=0,
                start_new_session=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise SandboxStartError(f"cannot start: {error}") from error
        zygote = Zygote(process=process)
        zygote.greet()
        return zygote

    def greet(self) -> None:
        """Hand over the text before every source; keep what the process says of itself."""
        try:
            self._send(program("prelude"))
            letter, hello = self._receive(time.monotonic() + START_SECONDS)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.process.kill()
            assert self.process.stderr is not None
            said = self.process.stderr.read().decode(errors="replace").strip().splitlines()
            self.close()
            raise SandboxStartError(said[-1][:300] if said else str(error) or "it ended") from error
        assert letter == b"H"
        self.hello = cast("JsonObject", hello)

    def check(self, job: Job, limits: ProcessLimits, ask: Ask) -> SandboxRun:
        """Run one check. Raises `OSError`, `EOFError` or `TimeoutError` where the zygote is lost."""
        self._send(
            {
                "code": job.code,
                "uses": list(job.uses),
                "layers": list(job.layers),
                "is_bare": job.is_bare,
                "limits": {
                    "cpu_seconds": limits.cpu_seconds,
                    "wall_seconds": limits.wall_seconds,
                    "memory_bytes": limits.memory_bytes,
                    "output_bytes": limits.output_bytes,
                },
            }
        )
        until = time.monotonic() + limits.wall_seconds + START_SECONDS
        value: JsonValue = None
        answered: bytes = b""
        refusal: Exception | None = None
        while True:
            letter, frame = self._receive(until)
            if letter == b"X":
                return _ended(cast("JsonObject", frame), answered, value, refusal)
            if letter == b"A":
                answer, refusal = _answered(ask, frame, refusal)
                self._send(answer)
            else:
                answered, value = letter, frame

    def close(self) -> None:
        """End the process and wait for it: it ends by itself when its input does."""
        process = self.process
        assert process.stdin is not None
        process.stdin.close()
        if self.owner == os.getpid():
            try:
                process.wait(1.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()

    def _send(self, value: JsonValue) -> None:
        body = json.dumps(value).encode()
        assert self.process.stdin is not None
        rest = memoryview(struct.pack("<I", len(body)) + body)
        while rest:
            rest = rest[os.write(self.process.stdin.fileno(), rest) :]

    def _receive(self, until: float) -> tuple[bytes, JsonValue]:
        head = self._exactly(5, until)
        size = struct.unpack("<I", head[1:])[0]
        if size > MAX_FRAME:
            raise EOFError("the fork server speaks nonsense")
        body = self._exactly(size, until)
        try:
            return head[:1], json.loads(body)
        except (ValueError, RecursionError):
            return b"E", ["error", "not JSON"]

    def _exactly(self, size: int, until: float) -> bytes:
        assert self.process.stdout is not None
        fd = self.process.stdout.fileno()
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        parts: list[bytes] = []
        while size:
            if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                raise TimeoutError("the fork server does not answer")
            part = os.read(fd, min(size, 1 << 16))
            if not part:
                raise EOFError("the fork server ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _answered(
    ask: Ask, question: JsonValue, refusal: Exception | None
) -> tuple[JsonValue, Exception | None]:
    """Return the answer, and the reason where the question was one too many or none at all."""
    try:
        kind, side, table, key = cast("list[str]", question)
        return ask(str(kind), str(side), str(table), str(key)), refusal
    except (ValueError, TypeError, LookupError, RuntimeError) as error:
        return None, refusal or error


def _ended(
    end: JsonObject, letter: bytes, value: JsonValue, refusal: Exception | None
) -> SandboxRun:
    """Return what a check came to, from how its process ended and what it said before."""
    fault, detail, result = SandboxFault.NONE, "", value
    how, ended = end["how"], cast("int", end["signal"])
    if how == "timeout" or ended == 24:
        fault, detail = SandboxFault.TIMEOUT, "it ran out of time"
    elif how == "output":
        fault, detail = SandboxFault.OUTPUT, "it wrote more than it may"
    elif letter == b"E":
        kind, detail = _error(value)
        fault = SandboxFault.MEMORY if kind == "memory" else SandboxFault.ERROR
    elif letter != b"R":
        fault = SandboxFault.KILLED
        detail = _SIGNALS.get(ended, f"it ended by signal {ended}" if ended else "it said nothing")
    if refusal is not None:
        fault, detail = SandboxFault.ERROR, str(refusal)
    if fault is not SandboxFault.NONE:
        result = None
    seconds = cast("float", end["cpu_seconds"])
    return SandboxRun(value=result, fault=fault, detail=detail, cpu_seconds=seconds)


_SIGNALS = {31: "a forbidden system call", 9: "it was killed", 11: "it crashed"}


def _error(value: JsonValue) -> tuple[str, str]:
    if isinstance(value, list) and len(value) == 2:
        return str(value[0]), str(value[1])[:300]
    return "error", "it spoke nonsense"
