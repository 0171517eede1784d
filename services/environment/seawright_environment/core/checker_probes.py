"""Hostile checkers, and which layer must hold each: a probe says BREACH where its act succeeded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent, indent

from seawright_environment.core.source_checker import SandboxRun

BREACH = "BREACH"
LAYERS = (*("ast", "monty", "process", "seccomp", "rlimits", "deadline", "uid", "bubblewrap"),)
"""process: every layer of the sandboxed CPython at once; those after it: that layer alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One hostile program. `ast`, `monty` and `process` must hold it, and `alone` by themselves."""

    name: str
    source: str
    alone: tuple[str, ...] = ()
    is_general: bool = True
    """False: it is for `alone` only."""

    def is_for(self, layer: str) -> bool:
        """Return whether this layer must hold it."""
        return layer in self.alone or (self.is_general and layer in {"ast", "monty", "process"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer as it is here. `run` executes source in it that was not vetted."""

    name: str
    reason: str
    """Why it is not available; empty where it is."""
    run: Callable[[str], SandboxRun]
    note: str = ""
    """What else is to be known of it here."""


_LIBC = "import sys\nlibc = sys.modules['ctypes'].CDLL(None)\n"
_BODIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "fork_bomb": (
        """
        import os
        for _ in range(64):
            if os.fork() == 0:
                os._exit(0)
        return "BREACH: it forked"
        """,
        ("seccomp", "rlimits"),
    ),
    "ten_gigabytes": (
        """
        held = "x" * (10 << 30)
        return "BREACH: it holds 10 GB"
        """,
        ("rlimits",),
    ),
    "endless_loop": ("while True:\n    pass", ("rlimits",)),
    "endless_sleep": (
        """
        import time
        began = time.monotonic()
        time.sleep(3600)
        if time.monotonic() - began > 3000:
            return "BREACH: it slept"
        """,
        ("deadline",),
    ),
    "deep_recursion": (
        """
        import sys
        sys.setrecursionlimit(10**9)
        def deeper(n):
            return deeper(n + 1) + 1
        return "BREACH: " + str(deeper(0))
        """,
        (),
    ),
    "read_passwd": (
        "return 'BREACH: ' + open('/etc/passwd').read(20)",
        ("seccomp", "rlimits", "bubblewrap"),
    ),
    "write_file": (
        """
        with open("/tmp/seawright-probe", "w") as file:
            file.write("x" * 4096)
        return "BREACH: it wrote a file"
        """,
        ("seccomp", "rlimits", "bubblewrap"),
    ),
    "open_socket": (
        _LIBC + "if libc.socket(2, 1, 0) >= 0:\n    return 'BREACH: it has a socket'",
        ("seccomp", "rlimits"),
    ),
    "reach_network": (
        _LIBC
        + "where = bytes([2, 0, 0, 53, 192, 0, 2, 1]) + bytes(8)\n"
        + "if libc.connect(libc.socket(2, 2, 0), where, 16) == 0:\n"
        + "    return 'BREACH: there is a way out'",
        ("seccomp", "rlimits", "bubblewrap"),
    ),
    "sys_exit": ("import sys\nsys.exit(0)", ()),
    "os_exit": ("import os\nos._exit(0)", ()),
    "patch_builtins": (
        """
        import builtins
        builtins.len = lambda each: 7
        builtins.all = lambda each: True
        """,
        (),
    ),
    "print_gigabyte": (
        """
        for _ in range(1024):
            print("x" * (1 << 20))
        return "BREACH: it printed 1 GB"
        """,
        ("seccomp",),
    ),
    "answer_gigabyte": ("return 'BREACH' + 'x' * (1 << 30)", ("rlimits",)),
    "answer_megabytes": ("return 'BREACH' + 'x' * (4 << 20)", ()),
    "subclasses_escape": (
        """
        for each in ().__class__.__base__.__subclasses__():
            if each.__name__ == "_wrap_close":
                if each.__init__.__globals__["system"]("exit 0") == 0:
                    return "BREACH: it ran a shell"
        """,
        ("seccomp", "rlimits"),
    ),
    "signal_parent": (
        "import os\nos.kill(os.getppid(), 0)\nreturn 'BREACH: it signals'",
        ("seccomp",),
    ),
    "ptrace": (
        _LIBC + "if libc.ptrace(0, 0, 0, 0) == 0:\n    return 'BREACH: it traces'",
        ("seccomp",),
    ),
    "read_environment": (
        """
        import os
        if os.environ:
            return "BREACH: " + str(list(os.environ))
        """,
        (),
    ),
    "regex_catastrophe": (
        "import re\nre.match('(a+)+$', 'a' * 64 + '!')",
        ("rlimits",),
    ),
    "become_root": ("import os\nos.setuid(0)\nreturn 'BREACH: it is root'", ("uid", "seccomp")),
    "read_shadow": ("return 'BREACH: ' + open('/etc/shadow').read(5)", ("uid", "seccomp")),
}


def _source(body: str) -> str:
    return "def check(ctx, ck):\n" + indent(dedent(body).strip(), "    ") + "\n"


PROBES = tuple(
    Probe(name=name, source=_source(body), alone=alone) for name, (body, alone) in _BODIES.items()
)
CANARY = _source(
    """
    ck.goal("canary", len("four") == 4 and not all([True, False]))
    return ck.result()
    """
)
"""A harmless checker that runs right after each probe: neighbours must not notice."""


def is_canary(ran: SandboxRun) -> bool:
    """Return whether the canary got its answer."""
    value = ran.value
    claims = value.get("claims") if isinstance(value, dict) else None
    goals = claims.get("goals") if isinstance(claims, dict) else None
    return goals == [{"id": "canary", "ok": True, "why": ""}]
