"""Blobs are what they were, or an error."""

from pathlib import Path

import pytest

from seawright_shared.errors import InvalidRequestError, NotFoundError, UnavailableError
from seawright_shared.stores.blobs import FolderBlobs, blob_reference


def files(folder: Path) -> list[Path]:
    """Return all files below the folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_was_put_is_returned(tmp_path: Path):
    blobs = FolderBlobs(tmp_path)
    for content in (b"", b"abc", bytes(range(256)) * 1000):
        reference = await blobs.put(content)
        assert reference == blob_reference(content)
        assert await blobs.get(reference) == content
        assert await blobs.has(reference)


async def test_the_same_bytes_are_stored_once_and_leave_nothing_aside(tmp_path: Path):
    blobs = FolderBlobs(tmp_path)
    assert await blobs.put(b"abc") == await blobs.put(b"abc")
    assert len(files(tmp_path)) == 1


async def test_a_missing_blob_is_not_found(tmp_path: Path):
    blobs = FolderBlobs(tmp_path)
    with pytest.raises(NotFoundError):
        await blobs.get(blob_reference(b"never put"))
    assert not await blobs.has(blob_reference(b"never put"))


@pytest.mark.parametrize("forged", ["", "sha256:", "sha256:../../etc/passwd", "sha256:" + "A" * 64])
async def test_a_forged_reference_reaches_no_file(tmp_path: Path, forged: str):
    with pytest.raises(InvalidRequestError):
        await FolderBlobs(tmp_path).get(forged)


async def test_damage_is_noticed(tmp_path: Path):
    blobs = FolderBlobs(tmp_path)
    reference = await blobs.put(b"abc")
    (stored,) = files(tmp_path)
    stored.write_bytes(b"abd")
    with pytest.raises(UnavailableError, match="damaged"):
        await blobs.get(reference)
