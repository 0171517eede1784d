"""Blobs in an object store, as S3: for services that share no folder."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from obstore.exceptions import BaseError
from obstore.store import S3Store

from seawright_shared.errors import NotFoundError, SeawrightError, UnavailableError
from seawright_shared.stores.blobs import Blobs, FolderBlobs, blob_key, blob_reference, checked

TRY_FOR = timedelta(seconds=30)
"""How long a store that does not answer is tried again before the caller is told."""


def blobs_at(folder: Path | str, url: str | None) -> Blobs:
    """Return the blobs of a bucket, as `s3://bucket/prefix`; without a URL, of a folder."""
    return ObjectBlobs(url) if url else FolderBlobs(Path(folder))


class ObjectBlobs:
    """Blobs under a prefix of a bucket. An upload is seen whole or not at all.

    Region, endpoint and credentials come from the environment, in the names that every S3 client
    knows (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, ...), or from the machine's role.

    Example: of `s3://lab/blobs`, `sha256:ab12...` is the object `blobs/ab/ab12...`.
    """

    def __init__(self, url: str) -> None:
        try:
            self._store = S3Store.from_url(
                url,
                client_options={"timeout": TRY_FOR, "allow_http": True},
                retry_config={"max_retries": 8, "retry_timeout": TRY_FOR},
            )
        except BaseError as error:
            raise UnavailableError(f"the object store {url} cannot be used: {error}") from error

    async def put(self, content: bytes) -> str:
        """Store the bytes and return their reference; the same bytes replace themselves."""
        reference = blob_reference(content)
        with _told("written"):
            await self._store.put_async(blob_key(reference), content)
        return reference

    async def get(self, reference: str) -> bytes:
        """Return the bytes, whose hash was checked."""
        key = blob_key(reference)
        with _told("read", reference):
            found = await self._store.get_async(key)
            content = bytes(await found.bytes_async())
        return checked(content, reference)

    async def has(self, reference: str) -> bool:
        """Return whether the bytes are here."""
        key = blob_key(reference)
        try:
            with _told("looked for", reference):
                await self._store.head_async(key)
        except NotFoundError:
            return False
        return True


@contextmanager
def _told(done: str, reference: str | None = None) -> Generator[None]:
    """Turn the store's errors into ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise _missing(reference) from error
    except BaseError as error:
        detail = f"blob cannot be {done}: {type(error).__name__}"
        raise UnavailableError(detail, {"reference": reference}) from error


def _missing(reference: str | None) -> SeawrightError:
    if reference is None:
        return UnavailableError("blob cannot be written: there is no such bucket")
    return NotFoundError(f"no blob {reference}", {"reference": reference})
