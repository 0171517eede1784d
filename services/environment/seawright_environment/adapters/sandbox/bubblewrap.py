"""Bubblewrap: a command in namespaces of its own, with read-only system libraries and no network."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache")

AS_ROOT = (
    *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
)


def find_bubblewrap() -> str | None:
    """Return the program's path, or None where it is not installed."""
    return shutil.which("bwrap")


def wrapped(bubblewrap: str, command: Sequence[str], *, is_root: bool) -> list[str]:
    """Return the command under bubblewrap: its own namespaces, no network, no /etc, no /proc.

    Root needs no user namespace and keeps what it takes to become nobody; anybody else gets one.
    It does not ask to die with its parent: the kernel means the parent's thread by that, and the
    command ends by itself when its standard input does.
    """
    prefix = str(Path(sys.base_prefix).resolve())
    binds = [part for path in (prefix, *SYSTEM) for part in ("--ro-bind-try", path, path)]
    return [
        *(bubblewrap, *(AS_ROOT if is_root else ("--unshare-all", "--cap-drop", "ALL"))),
        *("--new-session", *binds, "--dev", "/dev", "--chdir", "/"),
        *command,
    ]
