"""RL rows of the AReaL-tau2 data as tasks."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from seawright_environment.core.areal_rows import (
    DATABASES,
    Line,
    RlRow,
    parsed_text,
    read_as,
    rl_domain,
)
from seawright_environment.core.json_values import JsonObject
from seawright_shared.records.base import content_hash

DOCUMENT_KEYS = (
    "id",
    "description",
    "user_scenario",
    "ticket",
    "initial_state",
    "evaluation_criteria",
    "issues",
    "required_documents",
    "user_tools",
)
"""tau2-bench's own keys of a task; every other one is provenance."""
PROVENANCE = "areal"
"""The document's key that keeps what is not tau2-bench's; tau2-bench ignores it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArealTask:
    """One row as a tau2-bench document, its criteria parsed."""

    line: Line
    domain: str
    snapshot: str
    """File name in the folder of databases."""
    document: JsonObject


def areal_task(line: Line, row: JsonObject) -> ArealTask:
    """Return the row's task, or raise `InvalidRequestError` naming file, line and field.

    The criteria's JSON text is parsed, keys that tau2-bench does not know move under `areal`
    with the row's line and hash (ids need not be unique), and their order is kept.
    """
    read = read_as(RlRow, line, row)
    criteria = read.evaluation_criteria
    if isinstance(criteria, str):
        parsed = parsed_text(line, "evaluation_criteria", criteria)
        if not isinstance(parsed, dict):
            line.refuse("evaluation_criteria", "not-an-object", "its text must be an object")
        criteria = parsed
    document: JsonObject = {key: row[key] for key in row if key in DOCUMENT_KEYS}
    document["evaluation_criteria"] = criteria
    rest: JsonObject = {key: row[key] for key in row if key not in DOCUMENT_KEYS}
    document[PROVENANCE] = {
        **rest,
        "line": line.number,
        "sha256": content_hash(row),
        "has_text_criteria": isinstance(read.evaluation_criteria, str),
    }
    return ArealTask(
        line=line,
        domain=rl_domain(line, read),
        snapshot=_snapshot(line, read.db_path),
        document=document,
    )


def _snapshot(line: Line, path: str) -> str:
    """Return the file's name. Only files of the folder itself are named: nothing climbs out."""
    parts = PurePosixPath(path).parts
    if len(parts) != 2 or parts[0] != DATABASES or parts[1] in {".", ".."} or "\\" in path:
        line.refuse("db_path", "no-such-database", f"{path!r} is no file of {DATABASES}/")
    return parts[1]
