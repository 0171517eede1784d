"""Which commit this code was checked out at, read from the repository's own files."""

from pathlib import Path


def source_revision(start: Path) -> str | None:
    """Return the commit of the checkout that holds a path; None: it is installed, not checked out."""
    for folder in (start, *start.parents):
        git = folder / ".git"
        if git.is_dir():
            return _head_of(git)
    return None


def _head_of(git: Path) -> str | None:
    head = _text(git / "HEAD")
    if not head.startswith("ref: "):
        return head or None
    name = head.removeprefix("ref: ")
    loose = _text(git / name)
    if loose:
        return loose
    for line in _text(git / "packed-refs").splitlines():
        commit, _, ref = line.partition(" ")
        if ref == name:
            return commit
    return None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
