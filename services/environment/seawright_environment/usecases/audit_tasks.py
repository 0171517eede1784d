"""Audit a set of tau2-bench tasks against a database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.audits.audit import Auditor, Watch
from seawright_environment.core.databases import Databases
from seawright_environment.core.drafting import Author
from seawright_environment.core.state import Database
from seawright_environment.core.toolkits import REFUSALS
from seawright_environment.core.world import Base
from seawright_shared.errors import DeadlineError, FieldError, InvalidRequestError
from seawright_shared.records.audits import AuditReport
from seawright_shared.records.base import content_hash
from seawright_shared.records.domains import DatabaseRef


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOrder:
    """What is audited against what."""

    domain: str
    tasks: Sequence[JsonValue]
    database: DatabaseRef | None = None
    """None: tau2-bench's own, unless a document is given."""
    document: Mapping[str, JsonValue] | None = None
    """tau2-bench's form of a database."""
    max_mutants: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTasks:
    """CPU work of seconds to minutes: call it in a thread."""

    databases: Databases
    authors: Mapping[str, Author]
    max_seconds: float
    clock: Callable[[], float]

    def __call__(self, order: AuditOrder, watch: Watch) -> AuditReport:
        """Return the report, or raise `DeadlineError` where it takes too long."""
        base, ref = self._base(order)
        ends = self.clock() + self.max_seconds

        def watched(done: int, total: int) -> None:
            if self.clock() > ends and done < total:
                raise DeadlineError(
                    f"{done} of {total} tasks were audited in {self.max_seconds:g} s: "
                    "send fewer tasks, or a smaller max_mutants"
                )
            watch(done, total)

        auditor = Auditor(
            base=base,
            author=self.authors.get(order.domain),
            max_mutants=order.max_mutants,
            watch=watched,
        )
        return auditor.audit(order.tasks, ref)

    def _base(self, order: AuditOrder) -> tuple[Base, DatabaseRef | None]:
        content = self.databases.content(order.domain)
        if order.document is None:
            ref = order.database or DatabaseRef(domain=order.domain, source="tau2")
            if ref.domain != order.domain:
                raise _invalid("/database/domain", f"the tasks are of {order.domain}")
            return self.databases.load(ref), ref
        if order.database is not None:
            raise _invalid("/document", "give a database or a document, not both")
        try:
            tables = content.import_tables(order.document)
        except REFUSALS as error:
            why = f"not a database of {order.domain}: {type(error).__name__}: {error}"
            raise _invalid("/document", why[:500]) from error
        name = f"{order.domain}/{content_hash(dict(order.document))[:16]}"
        return Base(
            content=content,
            database=Database(name=name, tables=tables, has_text_hash=True, is_exact=True),
        ), None


def _invalid(pointer: str, detail: str) -> InvalidRequestError:
    error = FieldError(pointer=pointer, code="invalid", detail=detail)
    return InvalidRequestError(detail, errors=[error])
