"""The audit trail: who wrote what, and who was refused, a JSON line each, in a file."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError
from structlog.stdlib import get_logger

from seawright_shared.records.base import Record


class AuditEvent(Record):
    """One write by a key or a person, or one refusal. It quotes no body and no credentials."""

    at: datetime
    service: str
    action: Literal["write", "refused"]
    method: str
    path: str
    principal: str | None = None
    """As `key:30fcfc1e2b0c`; None: nobody was known."""
    project: str | None = None
    status: int | None = None
    """What a write was answered."""
    code: str | None = None
    """Why it was refused."""
    scope: str | None = None
    """What was needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An event, and where in the file the next one begins."""

    event: AuditEvent
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrail:
    """A file that several services of a machine may share: a line is written in one piece."""

    file: Path

    def keep(self, event: AuditEvent) -> None:
        """Append an event. A disk that takes none is told in the log, and holds up nobody."""
        line = f"{event.model_dump_json(exclude_none=True)}\n".encode()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line)
            finally:
                os.close(handle)
        except OSError as error:
            get_logger().error("audit.unwritten", reason=error.strerror)

    def read(self, after: int, limit: int) -> Sequence[Kept]:
        """Return up to `limit` events from a place on, oldest first; broken lines are left out."""
        found: list[Kept] = []
        try:
            with self.file.open("rb") as lines:
                lines.seek(after)
                place = after
                for line in lines:
                    place += len(line)
                    if not line.endswith(b"\n") or len(found) == limit:
                        break
                    try:
                        event = AuditEvent.model_validate_json(line)
                    except ValidationError:
                        continue
                    found.append(Kept(event=event, end=place))
        except FileNotFoundError:
            return []
        return found
