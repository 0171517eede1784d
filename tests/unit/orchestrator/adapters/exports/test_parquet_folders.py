"""Laws of export folders."""

import sys
import zipfile

import pyarrow.parquet as pq
import pytest

from seawright_orchestrator.adapters.exports.parquet_folders import ParquetFolder, ParquetFolders
from seawright_orchestrator.core.exports.columns import Row
from seawright_shared.errors import UnavailableError

CHECKER: Row = {
    "task_id": "task_1",
    "domain": "retail",
    "spec": "{}",
    "is_tested": True,
    "is_ok": True,
    "mutants": 3,
    "killed": 3,
    "false_rejects": 0,
    "kills": "[]",
}


def filled() -> ParquetFolder:
    folder = ParquetFolders().open()
    folder.add("checkers", "train", [CHECKER])
    folder.add("checkers", "train", [{**CHECKER, "task_id": "task_2"}])
    folder.add("checkers", "test", [{**CHECKER, "task_id": "task_3"}])
    folder.write("databases/shop/db.json", '{"users": "caf\u00e9"}')
    return folder


def test_rows_come_back_in_the_order_of_adding_and_are_counted():
    folder = filled()
    assert folder.close() == {"checkers": {"train": 2, "test": 1}}
    read = pq.read_table(folder.path / "checkers/train-00000-of-00001.parquet").to_pylist()
    assert read == [CHECKER, {**CHECKER, "task_id": "task_2"}]
    folder.discard()


def test_equal_folders_make_equal_archives_whenever_they_are_made():
    folders = [filled(), filled()]
    first, second = [folder.archived().read_bytes() for folder in folders]
    assert first == second
    with zipfile.ZipFile(folders[0].archived()) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert "caf\u00e9" in archive.read("databases/shop/db.json").decode()
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    for folder in folders:
        folder.discard()
        assert not folder.path.exists()


def test_without_pyarrow_the_fault_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UnavailableError, match=r"seawright-orchestrator\[export\]"):
        ParquetFolders().open()
