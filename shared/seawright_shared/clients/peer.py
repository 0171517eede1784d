"""A peer service: the one seam through which calls leave, over many small connection pools.

One large httpx pool costs CPU in proportion to its size on every request (encode/httpx 3215),
hence many small ones, taken in turn. Idle connections are dropped after 30 s, before the
server's 75 s, so that no call meets a connection the server is closing.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from seawright_shared.clients.calls import Call, Params
from seawright_shared.clients.faults import fault_of
from seawright_shared.clients.in_process import ApplicationTransport, Asked
from seawright_shared.clients.retries import (
    MAX_ATTEMPTS,
    RetryBudget,
    backoff_seconds,
    may_pass,
    retry_after_seconds,
)
from seawright_shared.contracts.pages import Page
from seawright_shared.errors import DeadlineError, SeawrightError, UnavailableError
from seawright_shared.records.jobs import RunEvent
from seawright_shared.telemetry.scope import REQUEST_ID
from seawright_shared.telemetry.tracing import trace_headers

T = TypeVar("T", bound=BaseModel)

KEEPALIVE_EXPIRY_SECONDS = 30.0
JSON = "application/json"


class Peer:
    """One service, at one address. Faults of the peer are raised as the same SeawrightError.

    `transport` replaces the network; an `ApplicationTransport`, as in embedded mode, is asked
    without a client between, and by the short ways that its services offer, unless the call is
    traced. `credentials` returns the bearer token of each call.
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_seconds: float = 60.0,
        num_pools: int = 8,
        connections: int = 16,
        headers: Mapping[str, str] | None = None,
        credentials: Callable[[], str] | None = None,
        jitter: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._direct = transport if isinstance(transport, ApplicationTransport) else None
        self._prefix = urlsplit(self.base_url).path.strip("/")
        self._headers = [
            (name.lower().encode(), value.encode()) for name, value in (headers or {}).items()
        ]
        limits = httpx.Limits(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEEPALIVE_EXPIRY_SECONDS,
        )
        # One SSL context for all pools: making one takes 20 ms.
        verify = httpx.create_ssl_context() if self.base_url.startswith("https:") else False
        self._pools = [
            httpx.AsyncClient(
                base_url=self.base_url,
                transport=transport,
                limits=limits,
                headers=dict(headers or {}),
                verify=verify,
                trust_env=False,
            )
            for _ in range(1 if transport else num_pools)
        ]
        self._turn = itertools.cycle(self._pools)
        self._slots = asyncio.Semaphore(num_pools * connections)
        self._budget = RetryBudget()
        self._credentials = credentials
        self._sleep = sleep
        self._jitter = jitter or random.Random()  # noqa: S311

    async def get(self, path: str, model: type[T], params: Params | None = None) -> T:
        """Return the resource at `path`."""
        response = await self._send("GET", path, params=params)
        return self._parsed(response, model, f"GET {path}")

    async def get_bytes(self, path: str, params: Params | None = None) -> bytes:
        """Return the raw body at `path`."""
        return (await self._send("GET", path, params=params, accept="*/*")).content

    async def post(
        self,
        path: str,
        body: BaseModel | None,
        model: type[T],
        *,
        idempotency_key: str | None = None,
        timeout_seconds: float | None = None,
        params: Params | None = None,
    ) -> T:
        """Post a body; retried after it was sent only under an idempotency key."""
        if params is None and isinstance(answer := await self._short("POST", path, body), model):
            return answer
        response = await self._send(
            "POST",
            path,
            content=None if body is None else body.model_dump_json().encode(),
            params=params,
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
        )
        return self._parsed(response, model, f"POST {path}")

    async def put(self, path: str, body: BaseModel | None, model: type[T]) -> T:
        """Put a resource."""
        content = None if body is None else body.model_dump_json().encode()
        response = await self._send("PUT", path, content=content)
        return self._parsed(response, model, f"PUT {path}")

    async def delete(self, path: str) -> None:
        """Delete a resource."""
        if await self._short("DELETE", path, None) is None:
            await self._send("DELETE", path)

    async def post_bytes(
        self,
        path: str,
        content: bytes,
        content_type: str,
        *,
        idempotency_key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> bytes:
        """Post raw bytes and return the raw reply."""
        response = await self._send(
            "POST",
            path,
            content=content,
            content_type=content_type,
            accept="*/*",
            idempotency_key=idempotency_key,
            timeout_seconds=timeout_seconds,
        )
        return response.content

    async def events(
        self,
        path: str,
        *,
        after: int = 0,
        wait_seconds: float = 10.0,
        final: frozenset[str] = frozenset({"run.succeeded", "run.failed", "run.cancelled"}),
    ) -> AsyncGenerator[RunEvent]:
        """Yield a run's events in order, waiting for new ones, until a final one came."""
        while True:
            params = {"after": after, "wait_seconds": wait_seconds}
            page = await self.get(path, Page[RunEvent], params)
            for event in page.data:
                after = event.sequence
                yield event
                if event.type in final:
                    return

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._pools:
            await pool.aclose()

    async def _short(self, method: str, path: str, body: BaseModel | None) -> BaseModel | None:
        """Return what a service of this process answers without a request; None: ask it."""
        if self._direct is None or trace_headers():
            return None
        operation = self._direct.operation(self._prefix, method, path)
        return None if operation is None else await operation.answer(body)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        content: bytes | None = None,
        content_type: str = JSON,
        accept: str = JSON,
        idempotency_key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> httpx.Response:
        headers = {"accept": accept, **trace_headers()}
        if content is not None:
            headers["content-type"] = content_type
        if idempotency_key is not None:
            headers["idempotency-key"] = idempotency_key
        if request_id := REQUEST_ID.get():
            headers["x-request-id"] = request_id
        if self._credentials is not None:
            headers["authorization"] = f"Bearer {self._credentials()}"
        call = Call(
            method=method,
            path=path,
            params=params,
            content=content,
            headers=headers,
            timeout_seconds=timeout_seconds or self._timeout_seconds,
            is_idempotent=method != "POST" or idempotency_key is not None,
        )
        self._budget.earn()
        return await self._attempts(call)

    async def _attempts(self, call: Call) -> httpx.Response:
        for attempt in itertools.count(1):
            may_retry = attempt < MAX_ATTEMPTS
            try:
                response = await self._attempt(call)
            except httpx.TimeoutException as error:
                if not (isinstance(error, httpx.ConnectTimeout) and may_retry):
                    raise self._late(call) from error
                wait, fault = None, self._late(call)
            except httpx.TransportError as error:
                fault = self._unreachable(call, error)
                # A connection that was never made cannot have done anything.
                if not (
                    may_retry and (call.is_idempotent or isinstance(error, httpx.ConnectError))
                ):
                    raise fault from error
                wait = None
            else:
                if response.status_code < 400:
                    return response
                fault = fault_of(response, self.base_url)
                if not (may_retry and call.is_idempotent and may_pass(response)):
                    raise fault
                wait = retry_after_seconds(response)
            if not self._budget.spend():
                raise fault
            await self._sleep((wait or 0.0) + backoff_seconds(attempt, self._jitter))
        raise AssertionError("unreachable")

    async def _attempt(self, call: Call) -> httpx.Response:
        params = {key: value for key, value in (call.params or {}).items() if value is not None}
        async with self._slots:
            if self._direct is not None:
                return await self._direct.answer(self._asked(call, httpx.QueryParams(params)))
            return await next(self._turn).request(
                call.method,
                call.path,
                params=httpx.QueryParams(params) if params else None,
                content=call.content,
                headers=dict(call.headers),
                timeout=httpx.Timeout(call.timeout_seconds, connect=min(5.0, call.timeout_seconds)),
            )

    def _asked(self, call: Call, query: httpx.QueryParams) -> Asked:
        content = call.content or b""
        own = [(name.encode(), value.encode()) for name, value in call.headers.items()]
        size = (b"content-length", str(len(content)).encode())
        return Asked(
            method=call.method,
            url=f"{self.base_url}{call.path}",
            query=str(query).encode(),
            headers=[*self._headers, *own, size],
            content=content,
        )

    def _late(self, call: Call) -> SeawrightError:
        return DeadlineError(
            f"{self.base_url} did not answer {call.method} {call.path} "
            f"within {call.timeout_seconds:g} s",
            {"peer": self.base_url},
        )

    def _unreachable(self, call: Call, error: httpx.TransportError) -> SeawrightError:
        return UnavailableError(
            f"{self.base_url} cannot be reached for {call.method} {call.path}: "
            f"{type(error).__name__} {error}",
            {"peer": self.base_url},
        )

    def _parsed(self, response: httpx.Response, model: type[T], asked: str) -> T:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise UnavailableError(
                f"{self.base_url} answered {asked} "
                f"with what is no {model.__name__}: {error.error_count()} errors, "
                f"first {error.errors()[0]['loc']}: {error.errors()[0]['msg']}",
                {"peer": self.base_url},
            ) from error
