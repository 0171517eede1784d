"""Laws of what Kubernetes is asked to run."""

import copy
from typing import Any, cast

import kubernetes_validate
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_trainer.core.attempts import AttemptConfig
from seawright_trainer.core.rank_manifests import (
    GPU,
    Manifest,
    RankPlaces,
    meeting_service,
    num_nodes,
    workload,
)

VERSIONS = ("1.29", "1.33", "1.37")
POD: Manifest = {
    "metadata": {"labels": {"app.kubernetes.io/component": "trainer-rank"}},
    "spec": {
        "serviceAccountName": "demo-trainer-rank",
        "containers": [
            {
                "name": "trainer",
                "image": "seawright/trainer:0.1.0",
                "env": [{"name": "HOME", "value": "/tmp"}],
                "resources": {"limits": {GPU: 8, "memory": "64Gi"}, "requests": {"cpu": "4"}},
            }
        ],
    },
}


def config_of(
    num_ranks: int, run_id: str = "trun_0123456789abcdef0123456789abcdef"
) -> AttemptConfig:
    spec = TrainingSpec(
        kind="sft",
        model=ModelSpec(uri="/base", name="m"),
        dataset_id="ds_secret_name",
        num_steps=3,
        num_ranks=num_ranks,
    )
    return AttemptConfig(
        run_id=run_id,
        attempt=2,
        spec=spec,
        spec_hash="h",
        control_url="http://trainer:8105",
        blob_dir="/b",
        checkpoint_dir="/c",
        export_dir="/e",
        outcome_dir="/o",
    )


def places_of(backend: str = "job", queue: str | None = None, per_node: int = 8) -> RankPlaces:
    return RankPlaces(
        backend="jobset" if backend == "jobset" else "job",
        pod=POD,
        ranks_per_node=per_node,
        queue=queue,
    )


def made(config: AttemptConfig, places: RankPlaces) -> dict[str, Any]:
    return cast("dict[str, Any]", workload(config, places, "/o/config.json"))


def job_spec(manifest: dict[str, Any]) -> dict[str, Any]:
    if manifest["kind"] == "Job":
        return manifest["spec"]
    (replicated,) = manifest["spec"]["replicatedJobs"]
    return replicated["template"]["spec"]


def environment(manifest: dict[str, Any]) -> dict[str, Any]:
    container = job_spec(manifest)["template"]["spec"]["containers"][0]
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}


@pytest.mark.parametrize("num_ranks", [1, 8, 32])
@pytest.mark.parametrize("backend", ["job", "jobset"])
def test_what_is_made_is_what_kubernetes_knows(backend: str, num_ranks: int):
    manifest = made(config_of(num_ranks), places_of(backend, queue="lab"))
    job = manifest
    if backend == "jobset":
        job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "one"}}
        job["spec"] = job_spec(manifest)
    for version in VERSIONS:
        kubernetes_validate.validate(job, version, strict=True)
        service = meeting_service(config_of(num_ranks), "uid")
        kubernetes_validate.validate(service, version, strict=True)
    assert manifest["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "lab"


@given(nodes=st.integers(1, 64), per_node=st.integers(1, 16))
def test_every_rank_has_one_place_and_one_gpu(nodes: int, per_node: int):
    manifest = made(config_of(nodes * per_node), places_of(per_node=per_node))
    spec = job_spec(manifest)
    assert spec["completions"] == spec["parallelism"] == nodes
    told = environment(manifest)
    assert int(told["PET_NNODES"]) * int(told["PET_NPROC_PER_NODE"]) == nodes * per_node
    assert spec["template"]["spec"]["containers"][0]["resources"]["limits"][GPU] == per_node


def test_a_run_smaller_than_a_node_takes_no_more_gpus_than_ranks():
    manifest = made(config_of(3), places_of())
    limits = job_spec(manifest)["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert limits == {GPU: 3, "memory": "64Gi"}
    assert environment(manifest)["PET_NNODES"] == "1"


def test_ranks_that_do_not_fill_their_nodes_are_refused_by_field():
    with pytest.raises(InvalidRequestError) as refused:
        num_nodes(config_of(12), places_of())
    assert refused.value.errors[0].pointer == "/num_ranks"


@pytest.mark.parametrize(
    ("backend", "first"), [("job", "{name}-0.{name}"), ("jobset", "{name}-ranks-0-0.{name}")]
)
def test_all_pods_meet_at_the_first_one(backend: str, first: str):
    config = config_of(16)
    manifest = made(config, places_of(backend))
    name = manifest["metadata"]["name"]
    assert environment(manifest)["PET_MASTER_ADDR"] == first.format(name=name)
    assert max(len(part) for part in first.format(name=name).split(".")) <= 63
    if backend == "job":
        service = cast("dict[str, Any]", meeting_service(config, "uid"))
        assert service["metadata"]["name"] == job_spec(manifest)["template"]["spec"]["subdomain"]
        labels = job_spec(manifest)["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
    else:
        assert manifest["spec"]["network"]["subdomain"] == name


@pytest.mark.parametrize("backend", ["job", "jobset"])
def test_kubernetes_restarts_nothing_and_one_lost_node_ends_all(backend: str):
    manifest = made(config_of(16), places_of(backend))
    spec = job_spec(manifest)
    assert spec["backoffLimit"] == 0
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert environment(manifest)["PET_MAX_RESTARTS"] == "0"
    assert {rule["action"] for rule in spec["podFailurePolicy"]["rules"]} == {"FailJob"}
    if backend == "jobset":
        assert manifest["spec"]["failurePolicy"] == {"maxRestarts": 0}


def test_arguments_name_a_file_and_say_nothing_of_the_run():
    said = str(made(config_of(8), places_of()))
    assert "/o/config.json" in said
    assert "ds_secret_name" not in said


def test_the_template_stays_as_it_was():
    before = copy.deepcopy(POD)
    made(config_of(3), places_of())
    assert before == POD


def test_experts_divided_over_more_ranks_than_a_node_has_are_refused_by_field():
    config = config_of(8)
    divided = config.model_copy(
        update={"spec": config.spec.model_copy(update={"expert_parallel": 8})}
    )
    assert num_nodes(divided, places_of()) == 1
    with pytest.raises(InvalidRequestError) as refused:
        num_nodes(divided, places_of(per_node=4))
    assert [fault.pointer for fault in refused.value.errors] == ["/expert_parallel"]
