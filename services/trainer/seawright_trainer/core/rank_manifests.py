"""What Kubernetes is asked to run for an attempt: an Indexed Job with a service, or a JobSet.

What a pod is (image, volumes, accounts, GPUs of a whole node) comes from the deployment's template;
what it does comes from the attempt. Kubernetes restarts nothing: the next attempt is the trainer's.
"""

import copy
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import JsonValue

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_trainer.core.attempts import AttemptConfig
from seawright_trainer.core.training_runs import refuse_across_nodes

Manifest = dict[str, JsonValue]
Backend = Literal["job", "jobset"]

INDEX = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
MEETING_PORT = 29500
GPU = "nvidia.com/gpu"
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
RUN_LABEL = "seawright.dev/training-run"
ATTEMPT_LABEL = "seawright.dev/attempt"
REPLICATED = "ranks"
KEPT_SECONDS = 3600
"""How long what has ended may still be looked at, where nobody removed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankPlaces:
    """How attempts are spread, as the deployment has it."""

    backend: Backend
    pod: Manifest
    """A pod template: `metadata` and `spec`, whose first container becomes a node's torchrun."""
    ranks_per_node: int
    queue: str | None = None
    """A Kueue queue, which admits all pods of an attempt at once or none."""


def attempt_name(config: AttemptConfig) -> str:
    """Return the name of everything that belongs to the attempt: a DNS label."""
    return f"{config.run_id.replace('_', '-').lower()}-{config.attempt}"


def attempt_labels(config: AttemptConfig) -> dict[str, JsonValue]:
    """Return the labels by which an attempt's pods are found."""
    return {RUN_LABEL: config.run_id, ATTEMPT_LABEL: str(config.attempt)}


def num_nodes(config: AttemptConfig, places: RankPlaces) -> int:
    """Return how many pods hold the ranks, or raise `InvalidRequestError`: all hold as many."""
    ranks, per_node = config.spec.num_ranks, places.ranks_per_node
    refuse_across_nodes(config.spec, min(ranks, per_node))
    if ranks <= per_node:
        return 1
    if ranks % per_node:
        detail = f"{ranks} ranks do not fill nodes of {per_node}"
        field = FieldError(pointer="/num_ranks", code="no_multiple", detail=detail)
        raise InvalidRequestError(detail, errors=[field])
    return ranks // per_node


def workload(config: AttemptConfig, places: RankPlaces, config_path: str) -> Manifest:
    """Return the Job or JobSet of the attempt."""
    name = attempt_name(config)
    nodes = num_nodes(config, places)
    job: Manifest = {
        "completionMode": "Indexed",
        "completions": nodes,
        "parallelism": nodes,
        "backoffLimit": 0,
        "podFailurePolicy": {"rules": _failing()},
        "template": _pod(config, places, config_path),
    }
    metadata: Manifest = {"name": name, "labels": _labels(config, places)}
    if places.backend == "job":
        spec = {**job, "ttlSecondsAfterFinished": KEPT_SECONDS}
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}
    replicated: Manifest = {"name": REPLICATED, "replicas": 1, "template": {"spec": job}}
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": metadata,
        "spec": {
            "network": {"enableDNSHostnames": True, "subdomain": name},
            "failurePolicy": {"maxRestarts": 0},
            "replicatedJobs": [replicated],
            "ttlSecondsAfterFinished": KEPT_SECONDS,
        },
    }


def meeting_service(config: AttemptConfig, owner_uid: str) -> Manifest:
    """Return the headless service by which a Job's pods find the first of them."""
    name = attempt_name(config)
    owner: Manifest = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": owner_uid}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": attempt_labels(config), "ownerReferences": [owner]},
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": attempt_labels(config),
            "ports": [{"name": "meeting", "port": MEETING_PORT}],
        },
    }


def _labels(config: AttemptConfig, places: RankPlaces) -> dict[str, JsonValue]:
    queued: dict[str, JsonValue] = {} if places.queue is None else {QUEUE_LABEL: places.queue}
    return attempt_labels(config) | queued


def _failing() -> list[JsonValue]:
    """One node less is no attempt: whatever ended it, the others end, too."""
    return [
        {
            "action": "FailJob",
            "onExitCodes": {"containerName": REPLICATED, "operator": "NotIn", "values": [0]},
        },
        {
            "action": "FailJob",
            "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
        },
    ]


def _pod(config: AttemptConfig, places: RankPlaces, config_path: str) -> Manifest:
    pod = copy.deepcopy(places.pod)
    metadata = _part(pod, "metadata")
    _part(metadata, "labels").update(attempt_labels(config))
    spec = _part(pod, "spec")
    spec["restartPolicy"] = "Never"
    if places.backend == "job":
        # A JobSet names and serves its pods by itself.
        spec["subdomain"] = attempt_name(config)
    containers = cast("list[Manifest]", spec["containers"])
    ranks = containers[0]
    ranks["name"] = REPLICATED
    ranks["command"] = ["python", "-m", "torch.distributed.run"]
    ranks["args"] = ["-m", "seawright_trainer.worker", config_path]
    given = cast("list[JsonValue]", ranks.get("env", []))
    ranks["env"] = [*given, *_environment(config, places)]
    _take_gpus(ranks, min(config.spec.num_ranks, places.ranks_per_node))
    return pod


def _environment(config: AttemptConfig, places: RankPlaces) -> list[JsonValue]:
    """Say what torchrun reads instead of arguments."""
    name = attempt_name(config)
    first = f"{name}-0" if places.backend == "job" else f"{name}-{REPLICATED}-0-0"
    told = {
        "PET_NNODES": str(num_nodes(config, places)),
        "PET_NPROC_PER_NODE": str(min(config.spec.num_ranks, places.ranks_per_node)),
        "PET_MASTER_ADDR": f"{first}.{name}",
        "PET_MASTER_PORT": str(MEETING_PORT),
        "PET_MAX_RESTARTS": "0",
    }
    said: list[JsonValue] = [{"name": key, "value": value} for key, value in told.items()]
    return [
        *said,
        {"name": "PET_NODE_RANK", "valueFrom": {"fieldRef": {"fieldPath": INDEX}}},
    ]


def _take_gpus(container: Manifest, num_ranks: int) -> None:
    """Ask for a GPU of each rank, where the template asks for any: it names a whole node's."""
    resources = cast("dict[str, Manifest]", container.get("resources", {}))
    for asked in resources.values():
        if GPU in asked:
            asked[GPU] = num_ranks


def _part(whole: Manifest, name: str) -> Manifest:
    return cast("Manifest", whole.setdefault(name, {}))
