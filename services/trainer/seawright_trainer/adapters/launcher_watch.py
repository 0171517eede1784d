"""Notice the launching process's death: ranks of nobody must not train on."""

import os
import select
import threading
from collections.abc import Callable


def watch_launcher(pid: int, is_gone: Callable[[], None]) -> None:
    """Call `is_gone` from a thread as soon as the process has ended, however it was ended.

    The kernel tells it through a pidfd, so that neither torchrun in between nor a reused number
    matters. Where there are none (not Linux), nothing is watched: silence of the control plane
    ends the rank later.
    """
    if not hasattr(os, "pidfd_open"):
        return
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        is_gone()
        return
    thread = threading.Thread(target=_wait, args=(handle, is_gone), name="launcher", daemon=True)
    thread.start()


def _wait(handle: int, is_gone: Callable[[], None]) -> None:
    ended = select.poll()
    ended.register(handle, select.POLLIN)
    ended.poll()
    os.close(handle)
    is_gone()
