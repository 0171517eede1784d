"""Databases: made or read once, then shared, a bounded number at a time."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue

from seawright_environment.core.areal_databases import shared_tables
from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.domain_plugins import BrokenDomain, missing
from seawright_environment.core.sides import USER_TABLE
from seawright_environment.core.state import Database
from seawright_environment.core.toolkits import REFUSALS
from seawright_environment.core.world import Base
from seawright_shared.errors import FieldError, InvalidRequestError, NotFoundError
from seawright_shared.records.domains import DatabaseRef

MAX_CUSTOMERS = 1_000_000
"""Of a generated database. Entities are made when they are read, so that size costs nothing."""

ReadTau2 = Callable[[str], Mapping[str, JsonValue]]
"""Reads tau2-bench's database file of a domain, or raises `NotFoundError`."""
ReadSnapshot = Callable[[str], Mapping[str, JsonValue]]
"""Reads a database file that stands in the place of tau2-bench's own, or raises the same."""


class Databases:
    """Loads what a `DatabaseRef` names. Safe to call from several threads."""

    def __init__(
        self,
        domains: Mapping[str, DomainContent],
        *,
        broken: Sequence[BrokenDomain] = (),
        read_tau2: ReadTau2 | None = None,
        read_snapshot: ReadSnapshot | None = None,
        max_databases: int = 8,
    ) -> None:
        self._domains = domains
        self._broken = broken
        self._read_tau2 = read_tau2
        self._read_snapshot = read_snapshot
        self._max_databases = max_databases
        self._bases: OrderedDict[DatabaseRefKey, Base] = OrderedDict()
        self._lock = threading.Lock()

    def content(self, domain: str) -> DomainContent:
        """Return a domain's content, or raise `NotFoundError`."""
        content = self._domains.get(domain)
        if content is None:
            raise missing(domain, self._domains, self._broken)
        return content

    def load(self, ref: DatabaseRef) -> Base:
        """Return the base that the reference names, made at the first request."""
        with self._lock:
            return self._loaded(ref)

    def _loaded(self, ref: DatabaseRef) -> Base:
        content = self.content(ref.domain)
        key = _key(ref)
        base = self._bases.get(key)
        if base is None:
            base = Base(content=content, database=self._make(content, ref))
            self._bases[key] = base
            if len(self._bases) > self._max_databases:
                self._bases.popitem(last=False)
        self._bases.move_to_end(key)
        return base

    def ready(self, ref: DatabaseRef) -> Base | None:
        """Return the base if it is there already; never waits for one being made."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            base = self._bases.get(_key(ref))
            if base is not None:
                self._bases.move_to_end(_key(ref))
            return base
        finally:
            self._lock.release()

    def _make(self, content: DomainContent, ref: DatabaseRef) -> Database:
        if ref.source == "seed":
            _check_size(ref)
            tables = content.generate(ref.seed, ref.num_customers)
            return Database(name="/".join(map(str, _key(ref))), tables=tables, has_text_hash=False)
        if ref.snapshot is not None:
            return self._make_snapshot(content, ref, ref.snapshot)
        if self._read_tau2 is None:
            raise NotFoundError("tau2-bench's data is not here: set TAU2_DATA_DIR")
        tables = content.import_tables(self._read_tau2(content.tau2_data))
        return Database(name=f"{ref.domain}/tau2", tables=tables, has_text_hash=True, is_exact=True)

    def _make_snapshot(self, content: DomainContent, ref: DatabaseRef, name: str) -> Database:
        """Return a database that shares with tau2-bench's own whatever is equal."""
        if self._read_snapshot is None:
            raise NotFoundError("the AReaL-tau2 data is not here: set AREAL_DATA_DIR")
        own = self._loaded(DatabaseRef(domain=ref.domain, source="tau2")).database
        document = dict(self._read_snapshot(name))
        if USER_TABLE in own.tables and USER_TABLE not in document:
            # These files hold the agent's side only.
            document[USER_TABLE] = dict(own.tables[USER_TABLE])
        try:
            tables = shared_tables(own.tables, content.import_tables(document))
        except REFUSALS as error:
            detail = f"{name} is no database of {ref.domain}: {error!r}"
            raise InvalidRequestError(detail) from error
        if tables is own.tables:
            return own
        return Database(
            name=f"{ref.domain}/tau2/{name}",
            tables=tables,
            has_text_hash=True,
            is_exact=True,
        )


def _check_size(ref: DatabaseRef) -> None:
    if not 1 <= ref.num_customers <= MAX_CUSTOMERS:
        detail = f"a generated database has 1 to {MAX_CUSTOMERS} customers"
        error = FieldError(pointer="/database/num_customers", code="out-of-range", detail=detail)
        raise InvalidRequestError(f"{detail}, not {ref.num_customers}", errors=[error])


DatabaseRefKey = tuple[str, str, int, int]


def _key(ref: DatabaseRef) -> DatabaseRefKey:
    if ref.source == "tau2":
        return (ref.domain, ref.source if ref.snapshot is None else f"tau2/{ref.snapshot}", 0, 0)
    return (ref.domain, "seed", ref.seed, ref.num_customers)
