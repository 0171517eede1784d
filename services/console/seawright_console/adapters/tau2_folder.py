"""Looks whether tau2-bench's data is where it is said to be, before anything is started."""

from pathlib import Path

from seawright_shared.errors import InvalidRequestError

DOMAINS = ("tau2/domains", "domains")
"""Where a data folder keeps its domains."""
FILES = ("db.json", "tasks.json")


def require_tau2_data(folder: Path | None, domain: str) -> None:
    """Raise `InvalidRequestError`, saying what to do, unless the folder holds the domain's data."""
    how = f"tau2-bench's data folder, which holds {DOMAINS[0]}/{domain}/{FILES[0]}"
    if folder is None:
        raise InvalidRequestError(f"--tau2 needs tau2-bench's data: set TAU2_DATA_DIR to {how}")
    if not folder.is_dir():
        raise InvalidRequestError(f"TAU2_DATA_DIR is {folder}, which is no folder: set it to {how}")
    for inner in DOMAINS:
        if all((folder / inner / domain / name).is_file() for name in FILES):
            return
    raise InvalidRequestError(
        f"TAU2_DATA_DIR is {folder}, which has no {domain} data: set it to {how} "
        f"and {FILES[1]} beside it"
    )
