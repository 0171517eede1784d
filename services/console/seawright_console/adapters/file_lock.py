"""One process per state folder."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from seawright_shared.errors import ConflictError


@contextmanager
def owned(folder: Path) -> Generator[Path]:
    """Hold the folder; a second holder gets `ConflictError`. The lock dies with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise ConflictError(
                f"{folder} is in use by process {file.read().strip() or '?'}; "
                "choose another with --folder"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield folder
