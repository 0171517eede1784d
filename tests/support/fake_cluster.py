"""A Kubernetes API server in memory, with a controller that does what the test says."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from seawright_trainer.adapters.kubernetes_api import KubernetesApi

Object = dict[str, Any]
TOKEN = "a-token"


@dataclass
class FakeCluster:
    """Objects by (kind, name); pods are what the test puts there."""

    objects: dict[tuple[str, str], Object] = field(default_factory=dict)
    pods: list[Object] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    """Answered, one by one, instead of what was asked for."""
    calls: list[str] = field(default_factory=list)
    looked: Callable[[int], None] = lambda _: None
    """Called with the number of calls so far: the controller at work."""

    @property
    def api(self) -> KubernetesApi:
        """The adapter under test, at this cluster."""
        return KubernetesApi(
            connect=self._connect, namespace="lab", token=lambda: TOKEN, retry_seconds=0
        )

    def only(self, kind: str) -> Object:
        """Return the one object of a kind."""
        (found,) = [each for (of_kind, _), each in self.objects.items() if of_kind == kind]
        return found

    def end(self, kind: str, condition: str, **words: str) -> None:
        """Let the controller say that it is over."""
        ended = {"type": condition, "status": "True", **words}
        self.only(kind)["status"] = {"conditions": [ended]}

    def run_pods(self, kind: str, number: int, phase: str = "Running") -> None:
        """Let the controller start pods of the attempt's template."""
        spec = self.only(kind)["spec"]
        if kind == "jobsets":
            spec = spec["replicatedJobs"][0]["template"]["spec"]
        self.pods = [
            {
                "metadata": {
                    "name": f"pod-{index}",
                    "labels": spec["template"]["metadata"]["labels"],
                },
                "status": {"phase": phase},
            }
            for index in range(number)
        ]

    def _connect(self) -> httpx.AsyncClient:
        transport = httpx.MockTransport(self._answer)
        return httpx.AsyncClient(base_url="https://cluster", transport=transport)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        _, _, rest = request.url.path.partition("/namespaces/lab/")
        kind, _, name = rest.partition("/")
        self.calls.append(f"{request.method} {kind}")
        self.looked(len(self.calls))
        if self.faults:
            status, message = self.faults.pop(0)
            return httpx.Response(status, json={"kind": "Status", "message": message})
        if kind == "pods":
            return httpx.Response(200, json={"items": self._selected(request)})
        if request.method == "POST":
            return self._create(kind, json.loads(request.content))
        there = self.objects.get((kind, name))
        if there is None:
            return httpx.Response(404, json={"message": f"{kind} {name!r} not found"})
        if request.method == "DELETE":
            del self.objects[kind, name]
            self.pods = []
        return httpx.Response(200, json=there)

    def _create(self, kind: str, wanted: Object) -> httpx.Response:
        key = (kind, wanted["metadata"]["name"])
        if key in self.objects:
            return httpx.Response(409, json={"message": f"{kind} {key[1]!r} already exists"})
        wanted["metadata"]["uid"] = f"uid-of-{key[1]}"
        self.objects[key] = wanted
        return httpx.Response(201, json=wanted)

    def _selected(self, request: httpx.Request) -> list[Object]:
        selector = dict(one.split("=") for one in request.url.params["labelSelector"].split(","))
        return [pod for pod in self.pods if selector.items() <= pod["metadata"]["labels"].items()]
