"""Ranks as pods of a cluster: a Job or a JobSet per attempt, removed when it is over."""

import asyncio
from dataclasses import dataclass
from typing import cast

import structlog
from pydantic import JsonValue

from seawright_shared.errors import ConflictError, NotFoundError, UnavailableError
from seawright_trainer.adapters.kubernetes_api import KubernetesApi
from seawright_trainer.adapters.rank_files import first_fault, write_config
from seawright_trainer.core.attempts import AttemptConfig, ExitCode, Outcome
from seawright_trainer.core.rank_manifests import (
    Manifest,
    RankPlaces,
    attempt_labels,
    attempt_name,
    meeting_service,
    num_nodes,
    workload,
)

log = structlog.get_logger()

LOOK_SECONDS = 2.0
GONE_SECONDS = 120.0
"""Longest wait for pods to end; then their attempt's number alone keeps them from writing."""
ENDS = {"Complete": True, "Completed": True, "Failed": False}
"""Conditions of Jobs and JobSets that end them, and whether well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesAttempt:
    """The port `Attempt`: one Job or JobSet."""

    api: KubernetesApi
    kind: str
    config: AttemptConfig
    look_seconds: float = LOOK_SECONDS

    async def wait(self) -> Outcome:
        """Return why the ranks ended: what one of them wrote, else what Kubernetes says."""
        while True:
            try:
                ended = _end(await self.api.read(self.kind, attempt_name(self.config)))
            except NotFoundError:
                return _died(f"somebody removed the {self.kind.removesuffix('s')} of the attempt")
            except UnavailableError as error:
                # Ranks go on without the API server, and so does the watch.
                log.warning("cluster.unreachable", reason=error.detail)
                ended = None
            if ended is not None:
                break
            await asyncio.sleep(self.look_seconds)
        fault = await asyncio.to_thread(first_fault, self.config)
        if fault is not None:
            return fault
        if ended.is_good:
            return Outcome(rank=0, exit_code=ExitCode.DONE, code="done", message="")
        words = await self._last_words()
        return _died(words or ended.message)

    async def stop(self) -> None:
        """Remove the attempt; returns when its pods are gone."""
        await self.api.delete(self.kind, attempt_name(self.config))
        try:
            async with asyncio.timeout(GONE_SECONDS):
                await self._gone()
        except TimeoutError:
            log.warning("pods.left", run_id=self.config.run_id, attempt=self.config.attempt)

    async def started(self, num_pods: int) -> None:
        """Return when all pods run or ended; a queue may hold them back for as long as it wants."""
        said = ""
        while True:
            pods = await self.api.pods(attempt_labels(self.config))
            waiting = [pod for pod in pods if _phase(pod) == "Pending"]
            if len(pods) >= num_pods and not waiting:
                return
            if _end(await self.api.read(self.kind, attempt_name(self.config))) is not None:
                return
            words = f"{len(pods) - len(waiting)} of {num_pods} pods run"
            if words != said:
                log.info("ranks.awaited", run_id=self.config.run_id, reason=words)
                said = words
            await asyncio.sleep(self.look_seconds)

    async def _gone(self) -> None:
        while True:
            if not await self.api.pods(attempt_labels(self.config)):
                return
            await asyncio.sleep(self.look_seconds)

    async def _last_words(self) -> str:
        """Return what befell the first pod that did not end well."""
        for pod in await self.api.pods(attempt_labels(self.config)):
            words = _befallen(pod)
            if words:
                return words
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesLauncher:
    """The port `Launcher`."""

    api: KubernetesApi
    places: RankPlaces
    look_seconds: float = LOOK_SECONDS

    async def launch(self, config: AttemptConfig) -> KubernetesAttempt:
        """Create the attempt and return when its pods run; what was created goes with a fault."""
        path = await asyncio.to_thread(write_config, config)
        nodes = num_nodes(config, self.places)
        attempt = KubernetesAttempt(
            api=self.api,
            kind=f"{self.places.backend}s",
            config=config,
            look_seconds=self.look_seconds,
        )
        made = await self._made(attempt.kind, workload(config, self.places, str(path)), config)
        try:
            if self.places.backend == "job":
                uid = str(_dict(made, "metadata")["uid"])
                await self._made("services", meeting_service(config, uid), config)
            await attempt.started(nodes)
        except BaseException:
            await attempt.stop()
            raise
        log.info("ranks.launched", run_id=config.run_id, attempt=config.attempt, pods=nodes)
        return attempt

    async def _made(self, kind: str, manifest: Manifest, config: AttemptConfig) -> Manifest:
        """Create it; where an answer was lost, what was created then is it."""
        try:
            return await self.api.create(kind, manifest)
        except ConflictError:
            there = await self.api.read(kind, attempt_name(config))
            labels = _dict(_dict(there, "metadata"), "labels")
            if not attempt_labels(config).items() <= labels.items():
                raise
            return there


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    is_good: bool
    message: str


def _end(there: Manifest) -> _End | None:
    conditions = cast("list[Manifest]", _dict(there, "status").get("conditions") or [])
    for condition in conditions:
        is_good = ENDS.get(str(condition.get("type")))
        if is_good is not None and condition.get("status") == "True":
            words = [str(condition[key]) for key in ("reason", "message") if condition.get(key)]
            return _End(is_good=is_good, message=": ".join(words) or "the ranks died")
    return None


def _befallen(pod: Manifest) -> str:
    """Return why a pod died, in words; nothing where it did not."""
    name, status = str(_dict(pod, "metadata").get("name")), _dict(pod, "status")
    if status.get("reason"):
        return f"pod {name}: {status['reason']}: {status.get('message') or ''}".rstrip(": ")
    for container in cast("list[Manifest]", status.get("containerStatuses") or []):
        ended = _dict(_dict(container, "state"), "terminated")
        if ended and ended.get("exitCode") != 0:
            reason = ended.get("reason") or "Error"
            return f"pod {name}: {reason}, status {ended.get('exitCode')}"
    return ""


def _phase(pod: Manifest) -> JsonValue:
    return _dict(pod, "status").get("phase")


def _dict(whole: Manifest, name: str) -> Manifest:
    return cast("Manifest", whole.get(name) or {})


def _died(words: str) -> Outcome:
    return Outcome(rank=-1, exit_code=ExitCode.FAULT, code="rank-died", message=words)
