"""The fork server's program: it forks one child per check, which runs the source and dies.

It is read as text and given to a bare interpreter (`python -sSPB -c`), so that it needs no file of
ours, no package and no environment. The first frame on standard input is the text that precedes
every source; each further one is a check. A frame is a length and JSON; on the way back a letter
stands before it: H hello, A question, R result, E error, X the end of a check. Only this process
speaks to the service: what a child writes is counted here, and cut.
"""

import fcntl
import gc
import json
import os
import select
import signal
import struct
import sys
import time
from collections.abc import Callable
from typing import TypedDict, cast

from seawright_environment.adapters.sandbox.confinement import (
    ARCHITECTURES,
    IN,
    LIBC,
    OUT,
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    Limits,
    confine,
    drop_root,
    filter_of,
    limit,
)

BARE = (
    *("abs", "all", "any", "bool", "dict", "enumerate", "float", "int", "isinstance", "len"),
    *("list", "max", "min", "range", "round", "set", "sorted", "str", "sum", "tuple", "zip"),
)


class Job(TypedDict):
    """One check."""

    code: str
    uses: list[str]
    layers: list[str]
    is_bare: bool
    limits: Limits


Space = dict[str, object]


def send(fd: int, letter: bytes, value: object) -> None:
    """Write one frame."""
    body = json.dumps(value).encode()
    rest = memoryview(letter + struct.pack("<I", len(body)) + body)
    while rest:
        rest = rest[os.write(fd, rest) :]


def exactly(fd: int, size: int) -> bytes:
    """Read this many bytes, or fewer at the end."""
    parts = b""
    while len(parts) < size:
        part = os.read(fd, min(size - len(parts), 1 << 16))
        if not part:
            break
        parts += part
    return parts


def receive(fd: int) -> object:
    """Read one frame; None at the end."""
    head = exactly(fd, 4)
    return json.loads(exactly(fd, struct.unpack("<I", head)[0])) if len(head) == 4 else None


def settle(request: Job, source_in: int, result_out: int) -> None:
    """Leave the child two pipes and nothing to do harm with."""
    high_in = fcntl.fcntl(source_in, fcntl.F_DUPFD, 32)
    high_out = fcntl.fcntl(result_out, fcntl.F_DUPFD, 32)
    nowhere = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    os.dup2(high_in, IN)
    os.dup2(high_out, OUT)
    os.closerange(5, 256)
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    layers = request["layers"]
    if "rlimits" in layers:
        limit(request["limits"])
    if "seccomp" in layers:
        confine(FILTER)


def called(value: object) -> Callable[..., object]:
    """Return what is to be called; what cannot be raises when it is."""
    return cast("Callable[..., object]", value)


def run_source(request: Job, prelude: Space) -> tuple[bytes, object]:
    """Return what a source's check returned, or how it failed."""

    def ask(kind: str, side: str, table: str, key: str) -> object:
        send(OUT, b"A", [str(kind), str(side), str(table), str(key)])
        return receive(IN)

    own = vars(sys.modules["builtins"])
    builtins = {name: own[name] for name in BARE} if request["is_bare"] else own
    space: Space = {"__builtins__": builtins, "agent": "assistant", "user": "user"}
    try:
        # The source was allowed by the service, and this process has nothing to lose.
        exec(compile(request["code"], "checker", "exec"), space)  # noqa: S102
        make_ctx, make_ck, check = map(called, (prelude["Ctx"], prelude["Ck"], space["check"]))
        return b"R", check(make_ctx(ask, request["uses"]), make_ck())
    except MemoryError:
        return b"E", ["memory", "MemoryError"]
    # Whatever the source raises, SystemExit included, is told and goes no further.
    except BaseException as error:  # noqa: BLE001
        return b"E", ["error", f"{type(error).__name__}: {error}"[:300]]


def be_child(request: Job, pipes: tuple[int, int], prelude: Space) -> None:
    """Run one check and end; never returns."""
    try:
        settle(request, *pipes)
        letter, value = run_source(request, prelude)
        try:
            send(OUT, letter, value)
        except (TypeError, ValueError, RecursionError) as error:
            send(OUT, b"E", ["error", f"not JSON: {type(error).__name__}"])
    finally:
        os._exit(0)


class Check:
    """One check: the child, its pipes, and what it may still do."""

    def __init__(self, request: Job, prelude: Space) -> None:
        down_out, self.down = os.pipe()
        self.up, up_in = os.pipe()
        self.until = time.monotonic() + request["limits"]["wall_seconds"]
        self.room = request["limits"]["output_bytes"]
        self.pending = b""
        self.pid = os.fork()
        if self.pid == 0:
            be_child(request, (down_out, up_in), prelude)
        os.close(down_out)
        os.close(up_in)
        os.set_blocking(self.down, False)

    def wait(self, fd: int, event: int) -> bool:
        """Return whether the pipe was ready before the deadline."""
        left = self.until - time.monotonic()
        poll = select.poll()
        poll.register(fd, event)
        return left > 0 and bool(poll.poll(left * 1000))

    def relay(self) -> str:
        """Pass frames up and answers down; return how it ended."""
        while True:
            if not self.wait(self.up, select.POLLIN):
                return "timeout"
            part = os.read(self.up, 1 << 16)
            if not part:
                return "silent"
            self.pending += part
            self.room -= len(part)
            if self.room < 0:
                return "output"
            while len(self.pending) >= 5:
                size = 5 + struct.unpack("<I", self.pending[1:5])[0]
                if size > self.room + len(self.pending):
                    return "output"
                if len(self.pending) < size:
                    break
                frame, self.pending = self.pending[:size], self.pending[size:]
                if frame[:1] not in (b"A", b"R", b"E"):
                    return "silent"
                pass_on(frame)
                if frame[:1] != b"A":
                    return "done"
                if not self.answer():
                    return "timeout"

    def answer(self) -> bool:
        """Pass the service's answer down to a child that may not be reading."""
        head = exactly(0, 4)
        if len(head) < 4:
            os.kill(self.pid, signal.SIGKILL)
            os._exit(0)
        rest = memoryview(head + exactly(0, struct.unpack("<I", head)[0]))
        while rest:
            if not self.wait(self.down, select.POLLOUT):
                return False
            try:
                rest = rest[os.write(self.down, rest) :]
            except BrokenPipeError:
                return True
        return True

    def end(self, how: str) -> None:
        """Let the child be gone, and tell the service how it ended."""
        patience = time.monotonic() + (0.1 if how == "silent" else 0.0)
        while True:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid or time.monotonic() >= patience:
                break
            time.sleep(0.001)
        if not pid:
            os.kill(self.pid, signal.SIGKILL)
            _, status, usage = os.wait4(self.pid, 0)
        os.close(self.up)
        os.close(self.down)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        cpu = usage.ru_utime + usage.ru_stime
        send(1, b"X", {"how": how, "signal": ended, "cpu_seconds": cpu})


def pass_on(frame: bytes) -> None:
    """Write a child's frame to the service as it is."""
    rest = memoryview(frame)
    while rest:
        rest = rest[os.write(1, rest) :]


def tried(act: Callable[[], object]) -> int:
    """Return the signal that ended a child that did this, or 0."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    status = os.waitpid(pid, 0)[1]
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def forbidden_call() -> None:
    """Do what the filter kills for."""
    confine(FILTER)
    os.getppid()


def hello() -> Space:
    """Return what holds here, found out by trying."""
    why = "" if FILTER else f"no filter for {os.uname().machine}"
    try:
        ended = tried(forbidden_call) if FILTER else 0
        why = why or ("" if ended == signal.SIGSYS else "the kernel let a forbidden call pass")
    except OSError as error:
        why = str(error)
    return {"seccomp": why, "uid": os.getuid(), "pid": os.getpid(), "root": ROOT}


def serve() -> None:
    """Answer checks until standard input ends."""
    prelude: Space = {}
    exec(compile(str(receive(0)), "prelude", "exec"), prelude)  # noqa: S102 our own text
    send(1, b"H", hello())
    gc.freeze()
    while True:
        request = receive(0)
        if request is None:
            return
        check = Check(cast("Job", request), prelude)
        check.end(check.relay())


if __name__ == "__main__":
    os.environ.clear()
    ROOT = drop_root()
    FILTER = filter_of(os.uname().machine) if os.uname().machine in ARCHITECTURES else []
    serve()
