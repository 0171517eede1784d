"""The wire of exports: dataset versions as files, and to the Hugging Face Hub."""

from typing import Literal

from pydantic import Field

from seawright_shared.records.base import Record, Request


class ExportRequest(Request):
    """POST /v1/datasets/{id}/exports. The answer is a ZIP archive; the same version, the same."""

    format: Literal["hf", "tau2"] = "hf"
    """hf: Parquet files with a README that `datasets` reads; tau2: tau2-bench's own files."""


class PushRequest(Request):
    """POST /v1/datasets/{id}/pushes. The token is the service's own setting."""

    repo_id: str = Field(pattern=r"^[\w.-]{1,96}/[\w.-]{1,96}$")
    """`owner/name`; it is made where it is not there."""
    is_private: bool = True
    revision: str | None = None
    """A branch; None: the main one."""


class Push(Record):
    """What became of a push."""

    url: str
    commit: str
