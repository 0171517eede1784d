"""Blobs are what they were, or an error."""

from pathlib import Path

import pytest
from obstore.store import S3Store

from seawright_shared.errors import InvalidRequestError, NotFoundError, UnavailableError
from seawright_shared.stores.blobs import Blobs, FolderBlobs, blob_key, blob_reference
from seawright_shared.stores.object_blobs import blobs_at


def files(folder: Path) -> list[Path]:
    """Return all files below the folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """Yield each place where blobs can lie."""
    return blobs_at(
        tmp_path, None if request.param == "folder" else request.getfixturevalue("bucket")
    )


async def test_what_was_put_is_returned(blobs: Blobs):
    for content in (b"", b"abc", bytes(range(256)) * 1000):
        reference = await blobs.put(content)
        assert reference == blob_reference(content)
        assert await blobs.get(reference) == content
        assert await blobs.has(reference)


async def test_the_same_bytes_are_stored_once_and_leave_nothing_aside(tmp_path: Path):
    blobs = FolderBlobs(tmp_path)
    assert await blobs.put(b"abc") == await blobs.put(b"abc")
    assert len(files(tmp_path)) == 1


async def test_a_missing_blob_is_not_found(blobs: Blobs):
    with pytest.raises(NotFoundError):
        await blobs.get(blob_reference(b"never put"))
    assert not await blobs.has(blob_reference(b"never put"))


@pytest.mark.parametrize("forged", ["", "sha256:", "sha256:../../etc/passwd", "sha256:" + "A" * 64])
async def test_a_forged_reference_reaches_no_file(blobs: Blobs, forged: str):
    with pytest.raises(InvalidRequestError):
        await blobs.get(forged)


async def test_damage_is_noticed(tmp_path: Path):
    blobs = FolderBlobs(tmp_path)
    reference = await blobs.put(b"abc")
    (stored,) = files(tmp_path)
    stored.write_bytes(b"abd")
    with pytest.raises(UnavailableError, match="damaged"):
        await blobs.get(reference)


async def test_damage_in_an_object_store_is_noticed(bucket: str):
    blobs = blobs_at("", bucket)
    reference = await blobs.put(b"whole")
    store = S3Store.from_url(bucket, client_options={"allow_http": True})
    await store.put_async(blob_key(reference), b"other")
    with pytest.raises(UnavailableError, match="damaged"):
        await blobs.get(reference)


async def test_a_bucket_that_is_not_there_or_has_another_form_is_named(bucket: str):
    with pytest.raises(UnavailableError, match="cannot be written"):
        await blobs_at("", bucket.replace("lab", "nowhere")).put(b"lost")
    with pytest.raises(UnavailableError, match="cannot be used"):
        blobs_at("", "ftp://lab/blobs")


async def test_a_folder_that_takes_nothing_is_an_outage_and_not_the_jobs_fault(tmp_path: Path):
    place = tmp_path / "blobs"
    place.write_bytes(b"a file where a folder is wanted: no account may write there")
    with pytest.raises(UnavailableError, match="blob cannot be written"):
        await FolderBlobs(place).put(b"abc")
