"""The few calls of the Kubernetes API that launching ranks needs, as the pod's own account."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import httpx
from pydantic import JsonValue

from seawright_shared.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    SeawrightError,
    UnavailableError,
)

Manifest = dict[str, JsonValue]
FAULTS: dict[int, type[SeawrightError]] = {
    400: InvalidRequestError,
    401: ForbiddenError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidRequestError,
}
NUM_TRIES = 5
RETRY_SECONDS = 1.0
TIMEOUT_SECONDS = 30.0
GROUPS = {
    "jobs": "apis/batch/v1",
    "jobsets": "apis/jobset.x-k8s.io/v1alpha2",
    "services": "api/v1",
    "pods": "api/v1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesApi:
    """Calls are repeated while the API server is away or busy; creating twice is a conflict."""

    connect: Callable[[], httpx.AsyncClient]
    """A client of the API server; it serves one call, so that renewed certificates count."""
    namespace: str
    token: Callable[[], str]
    """Read anew for each call: kubelets replace it."""
    retry_seconds: float = RETRY_SECONDS

    async def create(self, kind: str, manifest: Manifest) -> Manifest:
        """Create, or raise what the API server says; `ConflictError` where the name is taken."""
        return await self._call("POST", self._path(kind), body=manifest)

    async def read(self, kind: str, name: str) -> Manifest:
        """Return the object, or raise `NotFoundError`."""
        return await self._call("GET", self._path(kind, name))

    async def delete(self, kind: str, name: str) -> None:
        """Delete it with all that belongs to it; what is gone already is no fault."""
        try:
            body: Manifest = {"propagationPolicy": "Background"}
            await self._call("DELETE", self._path(kind, name), body=body)
        except NotFoundError:
            return

    async def pods(self, labels: Mapping[str, JsonValue]) -> list[Manifest]:
        """Return the pods that have these labels."""
        selector = ",".join(f"{name}={value}" for name, value in labels.items())
        found = await self._call("GET", self._path("pods"), params={"labelSelector": selector})
        return cast("list[Manifest]", found.get("items") or [])

    def _path(self, kind: str, name: str | None = None) -> str:
        path = f"/{GROUPS[kind]}/namespaces/{self.namespace}/{kind}"
        return path if name is None else f"{path}/{name}"

    async def _call(
        self,
        method: str,
        path: str,
        *,
        body: Manifest | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Manifest:
        for _ in range(NUM_TRIES - 1):
            try:
                return await self._once(method, path, body=body, params=params)
            except UnavailableError:
                await asyncio.sleep(self.retry_seconds)
        return await self._once(method, path, body=body, params=params)

    async def _once(
        self, method: str, path: str, *, body: Manifest | None, params: Mapping[str, str] | None
    ) -> Manifest:
        headers = {"Authorization": f"Bearer {await asyncio.to_thread(self.token)}"}
        try:
            async with self.connect() as client:
                reply = await client.request(
                    method, path, json=body, params=params, headers=headers, timeout=TIMEOUT_SECONDS
                )
        except httpx.HTTPError as error:
            detail = f"the Kubernetes API cannot be reached: {type(error).__name__}"
            raise UnavailableError(detail) from error
        if reply.is_success:
            return cast("Manifest", reply.json())
        fault = FAULTS.get(reply.status_code, UnavailableError)
        raise fault(f"Kubernetes says {reply.status_code} to {method} {path}: {_said(reply)}")


def _said(reply: httpx.Response) -> str:
    try:
        told = reply.json()
    except ValueError:
        told = None
    message = cast("Manifest", told).get("message") if isinstance(told, dict) else None
    return str(message or reply.text)[:500]
