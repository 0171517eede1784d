from contextlib import ExitStack
from pathlib import Path

import pytest

from seawright_console.adapters.file_lock import owned
from seawright_shared.errors import ConflictError


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path):
    folder = tmp_path / "state"
    with ExitStack() as stack:
        stack.enter_context(owned(folder))
        with pytest.raises(ConflictError, match="in use by process"):
            stack.enter_context(owned(folder))
    with owned(folder):
        pass
