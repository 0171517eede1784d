"""The chart renders to manifests that Kubernetes accepts and that name real settings."""

import re
from pathlib import PurePosixPath

import helm_python
import kubernetes_validate
import pytest

from tests.deploy.manifests import (
    CHART,
    SERVICES,
    VALUES,
    component,
    containers,
    environment,
    of_kind,
    pods,
    render,
    render_with,
    setting_names,
)

KUBERNETES = ("1.29", "1.33", "1.37")
OPERATORS = {"ScaledObject", "PodMonitor", "PrometheusRule"}
"""Kinds that operators bring; Kubernetes has no schema of them."""
PINNED = re.compile(r".+(:v?\d[\w.-]*|@sha256:[0-9a-f]{64})")
SECRET_NAMES = re.compile(r"PASSWORD|SECRET|PEPPER|TOKEN$|API_KEY|DATABASE_URL|REDIS_URL")

every_values_file = pytest.mark.parametrize("values", sorted(VALUES))


@every_values_file
@pytest.mark.parametrize("version", KUBERNETES)
def test_every_manifest_keeps_the_schema_of_kubernetes(values: str, version: str):
    manifests = render(values)
    assert len(manifests) > 20
    for manifest in manifests:
        if manifest["kind"] not in OPERATORS:
            kubernetes_validate.validate(manifest, version, strict=True)


@every_values_file
def test_names_are_unique_within_a_kind(values: str):
    names = [(m["kind"], m["metadata"]["name"]) for m in render(values)]
    assert sorted(names) == sorted(set(names))


@every_values_file
def test_selectors_match_the_pods_that_they_mean(values: str):
    labels = [pod["metadata"]["labels"] for pod in pods(render(values)).values()]
    for service in of_kind(render(values), "Service", "PodDisruptionBudget"):
        found = service["spec"]["selector"]
        selector = found.get("matchLabels", found).items()
        assert len([pod for pod in labels if selector <= pod.items()]) == 1


@every_values_file
def test_services_and_probes_name_ports_that_a_container_opens(values: str):
    opened = {
        name: {port["name"] for one in pod["spec"]["containers"] for port in one.get("ports", [])}
        for name, pod in pods(render(values)).items()
    }
    for service in of_kind(render(values), "Service"):
        for port in service["spec"]["ports"]:
            assert port["targetPort"] in opened[component(service)]
    for name, pod in pods(render(values)).items():
        for one in pod["spec"]["containers"]:
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                probe = one.get(kind, {})
                for way in ("httpGet", "tcpSocket"):
                    assert way not in probe or probe[way]["port"] in opened[name]


@every_values_file
def test_every_service_listens_where_its_probes_ask(values: str):
    for service in SERVICES:
        name = service.replace("_", "-")
        (one,) = pods(render(values))[name]["spec"]["containers"]
        told = environment(one)[f"SEAWRIGHT_{service.upper()}_PORT"]["value"]
        assert [port["containerPort"] for port in one["ports"]] == [int(told)]
        paths = [
            one[kind]["httpGet"]["path"]
            for kind in ("startupProbe", "livenessProbe", "readinessProbe")
        ]
        assert paths == ["/startupz", "/livez", "/readyz"]


@every_values_file
def test_every_container_is_locked_down_and_bounded(values: str):
    for container in containers(render(values)):
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"]["drop"] == ["ALL"]
        assert "memory" in container["resources"]["limits"]
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])


@every_values_file
def test_no_pod_runs_as_root_or_outside_the_default_profile(values: str):
    for pod in pods(render(values)).values():
        security = pod["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["runAsUser"] > 0
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod["spec"])
        assert not [v for v in pod["spec"].get("volumes", []) if "hostPath" in v]


@every_values_file
def test_only_a_pod_that_asks_the_api_server_gets_a_token_for_it(values: str):
    for name, pod in pods(render(values)).items():
        has_token = pod["spec"]["automountServiceAccountToken"]
        assert has_token == (name == "trainer" and "serviceAccountName" in pod["spec"])


@every_values_file
def test_every_image_is_pinned_to_a_version(values: str):
    images = {container["image"] for container in containers(render(values))}
    assert len(images) >= len(SERVICES)
    assert [image for image in images if not PINNED.fullmatch(image)] == []


@every_values_file
def test_every_variable_is_a_setting_of_its_own_service(values: str):
    for name, pod in pods(render(values)).items():
        owner = name.removesuffix("-migrate").replace("-", "_")
        if owner not in SERVICES:
            continue
        for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
            assert set(environment(container)) <= setting_names(owner), name


@every_values_file
def test_every_secret_is_given_by_reference(values: str):
    for container in containers(render(values)):
        words = [*container.get("command", []), *container.get("args", [])]
        words += [entry.get("value", "") for entry in container.get("env", [])]
        assert not [word for word in words if re.search(r"://[^/@]*:[^/@]+@", word)]
        for name, entry in environment(container).items():
            assert not SECRET_NAMES.search(name) or "secretKeyRef" in entry["valueFrom"], name


@every_values_file
def test_a_secret_is_made_only_where_none_is_given(values: str):
    made = {secret["metadata"]["name"] for secret in of_kind(render(values), "Secret")}
    named = {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for container in containers(render(values))
        for entry in container.get("env", [])
        if "valueFrom" in entry
    }
    assert made == {name for name in named if name.startswith("demo-")}
    if values in {"external", "paper-8node", "paper-10node"}:
        assert made == set()


@every_values_file
def test_services_ask_for_credentials_by_default(values: str):
    for service in SERVICES:
        (one,) = pods(render(values))[service.replace("_", "-")]["spec"]["containers"]
        assert "SEAWRIGHT_ACCESS_SERVICE_SECRET" in environment(one)
        assert "SEAWRIGHT_ACCESS_INSECURE_OPEN" not in environment(one)
        assert "/etc/seawright/access" in {m["mountPath"] for m in one["volumeMounts"]}


def test_without_credentials_nothing_of_them_is_left():
    manifests = render_with({"access": {"insecureOpen": True}})
    given = {name for one in containers(manifests) for name in environment(one)}
    assert {n for n in given if "ACCESS" in n} == {"SEAWRIGHT_ACCESS_INSECURE_OPEN"}
    assert "demo-access" not in {m["metadata"]["name"] for m in manifests}


@pytest.mark.parametrize(
    ("audit", "claim"),
    [({"enabled": True}, "demo-state"), ({"enabled": True, "existingClaim": "trail"}, "trail")],
)
def test_audit_events_are_kept_on_a_volume_that_a_read_only_pod_may_write(
    audit: dict[str, object], claim: str
):
    for service in SERVICES:
        name = service.replace("_", "-")
        spec = pods(render_with({"access": {"audit": audit}}))[name]["spec"]
        (one,) = spec["containers"]
        file = PurePosixPath(environment(one)["SEAWRIGHT_ACCESS_AUDIT_FILE"]["value"])
        (mount,) = [m for m in one["volumeMounts"] if m["mountPath"] == str(file.parent)]
        assert not mount.get("readOnly", False)
        # It sees its own folder of the volume, not the weights beside it.
        assert mount["subPath"] == f"audit/{name}"
        (volume,) = [v for v in spec["volumes"] if v["name"] == mount["name"]]
        assert volume["persistentVolumeClaim"]["claimName"] == claim
        assert spec["securityContext"]["fsGroup"] == spec["securityContext"]["runAsUser"]


@pytest.mark.parametrize(
    "access", [{}, {"insecureOpen": True, "audit": {"enabled": True}}], ids=["default", "open"]
)
def test_without_audit_or_without_credentials_nothing_is_mounted_for_it(
    access: dict[str, object],
):
    manifests = render_with({"access": access})
    given = {name for one in containers(manifests) for name in environment(one)}
    assert "SEAWRIGHT_ACCESS_AUDIT_FILE" not in given
    volumes = [v["name"] for pod in pods(manifests).values() for v in pod["spec"]["volumes"]]
    assert "audit" not in volumes


@every_values_file
def test_mounts_and_volumes_match(values: str):
    for manifest in of_kind(render(values), "Deployment", "StatefulSet", "Job"):
        spec = manifest["spec"]["template"]["spec"]
        claims = manifest["spec"].get("volumeClaimTemplates", [])
        volumes = {v["name"] for v in spec["volumes"]} | {c["metadata"]["name"] for c in claims}
        pod = [*spec.get("initContainers", []), *spec["containers"]]
        assert {m["name"] for one in pod for m in one["volumeMounts"]} == volumes


def test_an_outside_database_gets_its_migrations_before_the_services():
    jobs = of_kind(render("external"), "Job")
    assert len(jobs) == 2
    for job in jobs:
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"


@every_values_file
def test_services_that_remember_wait_for_their_tables_and_make_none(values: str):
    for name in ("orchestrator", "trainer"):
        spec = pods(render(values))[name]["spec"]
        assert [one["command"] for one in spec["initContainers"]] == [["serve", "await-schema"]]
        made = environment(spec["containers"][0])[f"SEAWRIGHT_{name.upper()}_CREATE_TABLES"]
        assert made["value"] == "false"


@pytest.mark.parametrize(("values", "kind"), [("external", "ScaledObject"), ("paper-8node", "HPA")])
def test_the_orchestrator_grows_with_the_queue(values: str, kind: str):
    full = {"HPA": "HorizontalPodAutoscaler"}.get(kind, kind)
    (scaler,) = [m for m in of_kind(render(values), full) if component(m) == "orchestrator"]
    assert "seawright_orchestrator_queue_depth" in str(scaler["spec"])
    deployment = next(m for m in of_kind(render(values), "Deployment") if component(m) == "policy")
    assert deployment["spec"]["replicas"] == 1
    scaled = next(
        m for m in of_kind(render(values), "Deployment") if component(m) == "orchestrator"
    )
    # A number here would undo what the autoscaler decided, at every upgrade.
    assert "replicas" not in scaled["spec"]


def test_checkers_run_under_the_runtime_class_that_was_named():
    spec = pods(render("external"))["environment"]["spec"]
    assert spec["runtimeClassName"] == "gvisor"
    assert "runtimeClassName" not in pods(render("default"))["environment"]["spec"]


@pytest.mark.parametrize(
    ("values", "resource"), [("external", "jobs"), ("paper-8node", "jobsets"), ("default", None)]
)
def test_the_trainer_may_start_what_its_launcher_starts_and_nothing_else(
    values: str, resource: str | None
):
    rules = [rule for role in of_kind(render(values), "Role") for rule in role["rules"]]
    written = {
        name for rule in rules if "create" in rule["verbs"] for name in rule["resources"]
    } - {"services"}
    assert written == ({resource} if resource else set())
    assert "*" not in str(rules)
    assert of_kind(render(values), "ClusterRole", "ClusterRoleBinding") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"orchestrtor": {"replicas": 1}},
        {"policy": {"replica": 1}},
        {"policy": {"replicas": 2}},
        {"trainer": {"replicas": 2}},
        {"trainer": {"launcher": {"backend": "ray"}}},
        {"postgres": {"bundled": False}},
        {"redis": {"bundled": True, "image": "redis:latest"}},
        {"image": {"pullPolicy": "Sometimes"}},
        {"image": {"tag": "latest"}},
        {"engines": {"vllm": {"enabled": True, "image": "vllm/vllm-openai"}}},
        {"autoscaling": {"engine": "keda"}},
        {"access": {"apiKeys": ["in plain text"]}},
        {"networkPolicy": {"clients": [{"everybody": {}}]}},
    ],
)
def test_wrong_values_are_refused_by_name(wrong: dict[str, object]):
    with pytest.raises(helm_python.HelmError, match=next(iter(wrong))):
        helm_python.Chart.load(CHART).validate_schema(wrong)


def test_every_value_is_known_to_the_schema_and_explained_where_it_is_no_matter_of_course():
    text = (CHART / "values.yaml").read_text()
    assert text.count("# --") > 25
    helm_python.Chart.load(CHART).validate_schema({})


def test_helm_lint_finds_no_error():
    report = helm_python.lint(CHART, strict=True)
    assert report["errors"] == []
    assert [m for m in report["messages"] if m["severity"] > 1] == []
