import io
from pathlib import Path
from zipfile import ZipFile

import pytest

from seawright_console.adapters.ablation_files import CellFiles
from seawright_console.adapters.zip_archives import unpacked
from seawright_shared.errors import InvalidRequestError
from tests.unit.console.core.test_ablation_results import CELLS


def archive(*names: str) -> bytes:
    kept = io.BytesIO()
    with ZipFile(kept, "w") as opened:
        for name in names:
            opened.writestr(name, name)
    return kept.getvalue()


def test_an_archive_becomes_a_folder_or_stays_what_it_is(tmp_path: Path):
    found = archive("README.md", "data/train.parquet")
    written = unpacked(found, tmp_path / "folder")
    assert [path.relative_to(tmp_path / "folder").as_posix() for path in written] == [
        "README.md",
        "data/train.parquet",
    ]
    assert unpacked(found, tmp_path / "kept.zip") == [tmp_path / "kept.zip"]
    assert (tmp_path / "kept.zip").read_bytes() == found


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil"])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, name: str):
    with pytest.raises(InvalidRequestError, match="outside"):
        unpacked(archive(name), tmp_path / "folder")
    assert not (tmp_path / "evil").exists()


def test_a_saved_cell_comes_back_and_a_torn_one_does_not(tmp_path: Path):
    cells = CellFiles(folder=tmp_path / "cells")
    assert cells.load("full-1") is None
    cells.save("full-1", CELLS[0])
    assert cells.load("full-1") == CELLS[0]
    torn = tmp_path / "cells" / "full-1.json"
    torn.write_text(torn.read_text()[:100])
    assert cells.load("full-1") is None
