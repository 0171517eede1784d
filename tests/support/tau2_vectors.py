"""Records of tau2-bench's own runs, where they lie beside the repository."""

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from seawright_environment.adapters.tau2_files import Tau2Files
from seawright_environment.core.databases import Databases
from seawright_environment.core.world import Base
from seawright_environment.domains import DOMAINS
from seawright_shared.records.domains import DatabaseRef

FOLDER = Path(__file__).parents[3] / "shared" / "tau2"
needs_vectors = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="tau2-bench's records are not at ../shared/tau2"
)


def records(name: str) -> list[dict[str, Any]]:
    """Return the records of one file, as in `golden_retail`."""
    path = FOLDER / "open" / f"{name}.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def tau2_databases() -> Databases:
    """Return databases that also know tau2-bench's files."""
    return Databases(DOMAINS, read_tau2=Tau2Files(folder=FOLDER / "data").database)


@lru_cache(maxsize=4)
def tau2_base(domain: str) -> Base:
    """Return tau2-bench's database of a domain."""
    return tau2_databases().load(DatabaseRef(domain=domain, source="tau2"))


def tau2_documents(domain: str) -> dict[str, dict[str, Any]]:
    """Return the task documents by id."""
    documents: list[Any] = list(Tau2Files(folder=FOLDER / "data").tasks(domain))
    return {each["id"]: each for each in documents}


def tools(domain: str) -> dict[str, Any]:
    """Return tau2-bench's tool schemas of a domain."""
    return json.loads((FOLDER / "tools.json").read_text(encoding="utf-8"))[domain]
