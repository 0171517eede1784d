"""What a child may do: the system calls as a filter program for the kernel, limits, and no root.

Written out by hand: a bare interpreter runs it as text, before the fork server's own. The child
reads one pipe and writes one, and has memory that is not executable; any other call ends it.
"""

import ctypes
import os
import resource
from typing import TypedDict

NOBODY = 65534

IN, OUT = 3, 4
"""The child's two file descriptors."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
ARCHITECTURES = {
    "x86_64": (
        *(0xC000003E, 0, 1, 9, 10),
        (11, 12, 14, 15, 24, 25, 28, 39, 60, 96, 202, 228, 231, 318, 334),
    ),
    "aarch64": (
        *(0xC00000B7, 63, 64, 222, 226),
        (215, 214, 135, 139, 124, 216, 233, 172, 93, 169, 98, 113, 94, 278, 293),
    ),
}
"""AUDIT_ARCH, read, write, mmap, mprotect; then munmap brk rt_sigprocmask rt_sigreturn sched_yield
mremap madvise getpid exit gettimeofday futex clock_gettime exit_group getrandom rseq."""


class Instruction(ctypes.Structure):
    """One instruction of a filter program."""

    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class Program(ctypes.Structure):
    """A filter program as the kernel takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(Instruction)))


LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, KILL = (RETURN, 0, 0, 0x7FFF0000), (RETURN, 0, 0, 0x80000000)


def filter_of(machine: str) -> list[tuple[int, int, int, int]]:
    """Return the allow-list: reading and writing the two pipes, memory that is not executable."""
    arch, read, write, mmap, mprotect, plain = ARCHITECTURES[machine]
    program = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, arch), KILL, (LOAD, 0, 0, 0)]
    for number in plain:
        program += [(EQUAL, 0, 1, number), ALLOW]
    for number, fd in ((read, IN), (write, OUT)):
        program += [(EQUAL, 0, 4, number), (LOAD, 0, 0, 16), (EQUAL, 0, 1, fd), ALLOW, KILL]
    for number in (mmap, mprotect):
        program += [(EQUAL, 0, 4, number), (LOAD, 0, 0, 32), (ANY_BIT, 1, 0, 4), ALLOW, KILL]
    return [*program, KILL]


LIBC = ctypes.CDLL(None, use_errno=True)


def confine(program: list[tuple[int, int, int, int]]) -> None:
    """Install a filter on this process, for good."""
    if LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    lines = (Instruction * len(program))(*[Instruction(*line) for line in program])
    whole = Program(len(program), lines)
    if LIBC.prctl(PR_SET_SECCOMP, 2, ctypes.byref(whole), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


class Limits(TypedDict):
    """What one check may use."""

    cpu_seconds: int
    wall_seconds: float
    memory_bytes: int
    output_bytes: int


def limit(limits: Limits) -> None:
    """Set the resource limits of a child."""
    cpu = limits["cpu_seconds"]
    for name, value in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 5),
    ):
        resource.setrlimit(name, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))


def drop_root() -> str:
    """Become nobody where this is root; return why it is not."""
    if os.getuid() != 0:
        return ""
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError as error:
        return f"cannot leave root: {error}"
    return ""
