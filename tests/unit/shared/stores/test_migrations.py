"""Laws of the check that compares tables with revisions."""

import asyncio
from pathlib import Path

import pytest

from seawright_shared.stores.migrations import RevisionCheck
from seawright_shared.stores.sql import Database

pytestmark = pytest.mark.anyio
REVISION = """
with open({told!r}, "a") as file:
    file.write("read ")
revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
"""


async def test_revisions_are_read_once_however_many_probes_ask_meanwhile(tmp_path: Path):
    """On a busy machine probes give up and come again: they must not all begin anew."""
    (tmp_path / "versions").mkdir()
    told = tmp_path / "told"
    (tmp_path / "versions" / "first.py").write_text(REVISION.format(told=str(told)))
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'tables.db'}", "orchestrator")
    check = RevisionCheck(database, tmp_path, migrate="x", is_self_made=True)
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(check()) for _ in range(6)]
    assert [one.result() for one in asked] == [None] * 6
    assert await check() is None
    assert told.read_text() == "read "
    await database.aclose()
