"""Idempotency keys: a create that is repeated happens once and is answered the same.

The effect and the remembered answer are committed together, so that a crash leaves either both
or neither. In a route:

    async def create_run(spec: SynthesisSpec, request: Request) -> Response:
        async def act(connection: AsyncConnection) -> Reply:
            run = await create(connection, spec)
            return Reply(status=202, body=run, headers={"Location": f"/v1/runs/{run.id}"})
        return await idempotency.once(request, act)
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.stdlib import get_logger

from seawright_shared.errors import (
    ConflictError,
    FieldError,
    InvalidRequestError,
    UnavailableError,
)
from seawright_shared.records.ids import NewId, new_id
from seawright_shared.stores.sql import Database

HEADER = "idempotency-key"
REPLAYED = "Idempotency-Replayed"
MAX_KEY = 200


def _declared(*, required: bool) -> dict[str, object]:
    parameter = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": required,
        "description": "Any text of the client's, new for each request that it means anew: "
        "repeated within a day, it returns the first answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
        "example": "retail-2026-11-23",
    }
    return {"parameters": [parameter]}


KEY_REQUIRED = _declared(required=True)
"""The `openapi_extra` of a route that is served by `once(..., required=True)`."""
KEY_ALLOWED = _declared(required=False)
"""Likewise, where a request without a key just acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A route's answer."""

    status: int
    body: BaseModel
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Act = Callable[[AsyncConnection], Awaitable[Reply]]
Admit = Callable[[AsyncConnection], Awaitable[None]]
"""Raises where nothing new is taken at present; an answer that is known is given all the same."""


class InFlightError(ConflictError):
    """The first request with this key is still being served."""

    code = "in-flight"
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    method: str
    path: str
    key: str
    body_sha256: str
    token: str


class Idempotency:
    """Remembers answers in a service's table `idempotency_keys` (see `JobTables`)."""

    def __init__(
        self,
        database: Database,
        table: Table,
        *,
        lease_seconds: float = 30.0,
        keep_seconds: float = 86_400.0,
        make_id: NewId = new_id,
        admit: Admit | None = None,
    ) -> None:
        self._database = database
        self._table = table
        self._lease_seconds = lease_seconds
        self._keep_seconds = keep_seconds
        self._make_id = make_id
        self._admit = admit

    async def once(self, request: Request, act: Act, *, required: bool = False) -> Response:
        """Run `act` in a transaction, once per key, and return its answer or the first one's.

        A request without a key just acts, unless the key is required. A repetition while the
        first one runs is a 409; the same key with another body a 422. After a fault the key is
        free again.
        """
        key = request.headers.get(HEADER)
        if key is None and not required:
            async with self._database.transaction() as connection:
                await self._require_room(connection)
                return _response(await act(connection))
        if key is None or not 0 < len(key) <= MAX_KEY:
            raise _bad_key(f"required, of 1 to {MAX_KEY} characters", "bad-key")
        attempt = _Attempt(
            method=request.method,
            path=request.url.path,
            key=key,
            body_sha256=hashlib.sha256(await request.body()).hexdigest(),
            token=self._make_id("try"),
        )
        replay = await self._begin(attempt)
        if replay is not None:
            return replay
        try:
            async with self._database.transaction() as connection:
                await self._require_room(connection)
                response = _response(await act(connection))
                await self._remember(connection, attempt, response)
        except BaseException:
            await self._release(attempt)
            raise
        return response

    async def prune(self) -> int:
        """Forget answers older than is promised (24 h); return how many."""
        old = self._table.c.at < self._database.now(-self._keep_seconds)
        async with self._database.transaction() as connection:
            return (await connection.execute(delete(self._table).where(old))).rowcount

    async def _require_room(self, connection: AsyncConnection) -> None:
        if self._admit is not None:
            await self._admit(connection)

    async def _begin(self, attempt: _Attempt) -> Response | None:
        """Take the key, or return the answer it already has."""
        table, now = self._table, self._database.now
        add = insert_sqlite if self._database.is_sqlite else insert_postgres
        mine = add(table).values(
            method=attempt.method,
            path=attempt.path,
            key=attempt.key,
            body_sha256=attempt.body_sha256,
            token=attempt.token,
            lease_until=now(self._lease_seconds),
            at=now(),
        )
        columns = [table.c.method, table.c.path, table.c.key]
        async with self._database.transaction() as connection:
            taken = await connection.execute(mine.on_conflict_do_nothing(index_elements=columns))
            if taken.rowcount == 1:
                return None
            found = select(table).where(self._is_key(attempt)).with_for_update()
            row = (await connection.execute(found)).mappings().one_or_none()
            if row is None:
                raise InFlightError("the first request with this key has just failed; repeat it")
            if row["body_sha256"] != attempt.body_sha256:
                raise _bad_key("was used with another body", "reused-key")
            if row["status"] is not None:
                headers = {**row["headers"], REPLAYED: "true"}
                return Response(row["body"], row["status"], headers)
            # The first one crashed if its lease ran out: this one stands in.
            inherited = await connection.execute(
                update(table)
                .where(self._is_key(attempt), table.c.lease_until < now())
                .values(token=attempt.token, lease_until=now(self._lease_seconds))
            )
            if inherited.rowcount == 1:
                return None
        raise InFlightError(
            "a request with this idempotency key is being served", {"key": attempt.key}
        )

    async def _remember(
        self, connection: AsyncConnection, attempt: _Attempt, response: Response
    ) -> None:
        skipped = {"content-length"}
        headers = {name: text for name, text in response.headers.items() if name not in skipped}
        remembered = await connection.execute(
            update(self._table)
            .where(self._is_key(attempt), self._table.c.token == attempt.token)
            .values(
                status=response.status_code,
                headers=headers,
                body=bytes(response.body),
                lease_until=None,
            )
        )
        if remembered.rowcount != 1:
            raise InFlightError("another request took this idempotency key over")

    async def _release(self, attempt: _Attempt) -> None:
        """Free the key after a fault; where that fails too, its lease frees it."""
        table = self._table
        is_open = (table.c.token == attempt.token) & table.c.status.is_(None)
        try:
            async with self._database.transaction() as connection:
                await connection.execute(delete(table).where(self._is_key(attempt), is_open))
        except UnavailableError as error:
            get_logger().warning("key.kept", why=error.detail)

    def _is_key(self, attempt: _Attempt) -> ColumnElement[bool]:
        table = self._table
        return (
            (table.c.method == attempt.method)
            & (table.c.path == attempt.path)
            & (table.c.key == attempt.key)
        )


def _response(reply: Reply) -> Response:
    return Response(
        reply.body.model_dump_json(),
        reply.status,
        dict(reply.headers),
        media_type="application/json",
    )


def _bad_key(why: str, code: str) -> InvalidRequestError:
    field_error = FieldError(pointer=f"header:{HEADER}", code=code, detail=why)
    return InvalidRequestError(f"{HEADER}: {why}", errors=[field_error])
