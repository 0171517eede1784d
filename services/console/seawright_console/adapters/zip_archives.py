"""ZIP archives that services answer with: kept as they are, or unpacked."""

import io
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from seawright_shared.errors import InvalidRequestError


def unpacked(archive: bytes, out: Path) -> list[Path]:
    """Write the archive's files below a folder, or the archive itself to a `.zip`; return them."""
    if out.suffix == ".zip":
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(archive)
        return [out]
    written: list[Path] = []
    with ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            if name.endswith("/"):
                continue
            parts = PurePosixPath(name)
            if parts.is_absolute() or ".." in parts.parts:
                raise InvalidRequestError(f"the archive holds a file outside of its folder: {name}")
            path = out / parts
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(opened.read(name))
            written.append(path)
    return written
