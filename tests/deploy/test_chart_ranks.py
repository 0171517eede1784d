"""What the chart prepares for ranks is what the trainer's launcher makes pods of."""

import json
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from seawright_shared.access.settings import AccessSettings
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_trainer.core.attempts import AttemptConfig
from seawright_trainer.core.rank_manifests import RankPlaces, workload
from seawright_trainer.launcher_wiring import launcher_of
from seawright_trainer.settings import Settings
from tests.deploy.manifests import Manifest, environment, of_kind, pods, render

with_pods = pytest.mark.parametrize(
    ("values", "backend"), [("external", "job"), ("paper-8node", "jobset")]
)


def template(values: str) -> Manifest:
    (found,) = [m for m in of_kind(render(values), "ConfigMap") if "pod.json" in m["data"]]
    return json.loads(found["data"]["pod.json"])


def told(values: str) -> dict[str, str]:
    """Return the trainer's own settings, as its pod has them."""
    container = pods(render(values))["trainer"]["spec"]["containers"][0]
    return {
        name.removeprefix("SEAWRIGHT_TRAINER_").lower(): entry["value"]
        for name, entry in environment(container).items()
        if name.startswith("SEAWRIGHT_TRAINER_") and "value" in entry
    }


def config() -> AttemptConfig:
    spec = TrainingSpec(
        kind="sft", model=ModelSpec(uri="/m", name="m"), dataset_id="ds", num_steps=1, num_ranks=16
    )
    places = dict.fromkeys(("blob_dir", "checkpoint_dir", "export_dir", "outcome_dir"), "/d")
    return AttemptConfig(
        run_id="trun_1", attempt=1, spec=spec, spec_hash="h", control_url="http://t", **places
    )


@with_pods
def test_the_trainers_own_settings_launch_what_the_chart_prepared(
    values: str, backend: str, tmp_path: Path
):
    given: dict[str, Any] = told(values)
    assert given["launcher"] == backend
    mounted = tmp_path / "pod.json"
    mounted.write_text(json.dumps(template(values)))
    for name, content in {"ca.crt": "", "namespace": "lab", "token": "t"}.items():
        (tmp_path / name).write_text(content)
    settings = Settings.model_validate({**given, "rank_pod": mounted, "account_dir": tmp_path})
    launcher = launcher_of(settings)
    places: RankPlaces = getattr(launcher, "places")  # noqa: B009 - the port has no such name
    assert places.backend == backend
    assert places.queue == given.get("queue")
    job = workload(config(), RankPlaces(backend="job", pod=places.pod, ranks_per_node=8), "/c")
    for version in ("1.29", "1.33", "1.37"):
        kubernetes_validate.validate(job, version, strict=True)


@with_pods
def test_a_pod_of_ranks_has_no_token_of_the_cluster_and_no_password_of_a_store(
    values: str, backend: str
):
    pod = template(values)
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    names = set(environment(pod["spec"]["containers"][0]))
    assert "SEAWRIGHT_ACCESS_SERVICE_SECRET" in names, "by it the trainer knows its ranks"
    assert not [name for name in names if "DATABASE" in name or "REDIS" in name or "PEPPER" in name]
    known = {f"SEAWRIGHT_ACCESS_{field.upper()}" for field in AccessSettings.model_fields}
    assert {name for name in names if name.startswith("SEAWRIGHT_")} <= known


@with_pods
def test_ranks_see_the_files_that_the_trainer_writes_for_them(values: str, backend: str):
    def mounts(spec: Manifest) -> set[tuple[str, str]]:
        claims = {
            volume["name"]: volume["persistentVolumeClaim"]["claimName"]
            for volume in spec["volumes"]
            if "persistentVolumeClaim" in volume
        }
        mounted = spec["containers"][0]["volumeMounts"]
        return {(claims[m["name"]], m["mountPath"]) for m in mounted if m["name"] in claims}

    trainer = pods(render(values))["trainer"]["spec"]
    assert mounts(template(values)["spec"]) == mounts(trainer) != set()
    image = trainer["containers"][0]["image"]
    assert template(values)["spec"]["containers"][0]["image"] == image


@with_pods
def test_the_network_lets_ranks_meet_and_reach_the_trainer(values: str, backend: str):
    labels = template(values)["metadata"]["labels"].items()
    policies = of_kind(render(values), "NetworkPolicy")
    own = [
        policy
        for policy in policies
        if (policy["spec"]["podSelector"].get("matchLabels") or {}).get(
            "app.kubernetes.io/component"
        )
        == "trainer-rank"
    ]
    (policy,) = own
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels


def test_ranks_inside_the_trainers_pod_need_none_of_it():
    assert not [m for m in of_kind(render("default"), "ConfigMap") if "pod.json" in m["data"]]
    assert "launcher" not in told("default")
