"""The compose file keeps its schema and names real settings, images and files."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from seawright_console.adapters.engine_servers import MODULES
from seawright_console.core.engines import RECIPES, EngineName, EngineOrder, arguments_of
from tests.deploy.manifests import ROOT, SERVICES, compose, setting_names


def test_the_compose_file_keeps_the_compose_schema():
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_five_services_and_both_stores_are_there():
    names = {service.replace("_", "-") for service in SERVICES} | {"postgres", "redis"}
    assert names <= set(compose()["services"])


def test_every_variable_is_a_setting_of_its_service():
    for name, service in compose()["services"].items():
        given = {v for v in service.get("environment", {}) if v.startswith(("SEAWRIGHT_", "OTEL_"))}
        owner = name.removeprefix("migrate-").replace("-", "_")
        assert given <= (setting_names(owner) if owner in SERVICES else set()), name


def test_ports_are_published_on_loopback_only():
    ports = [p for service in compose()["services"].values() for p in service.get("ports", [])]
    assert len(ports) > len(SERVICES)
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_dependency_waits_for_health_or_completion():
    services = compose()["services"]
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            wanted = condition["condition"]
            assert name in services
            if wanted == "service_healthy":
                assert "healthcheck" in services[name]
            else:
                assert wanted == "service_completed_successfully"


def test_every_image_is_pinned_to_a_version():
    for name, service in compose()["services"].items():
        tag = service["image"].rpartition(":")[2]
        assert re.fullmatch(r"v?\d+\.\d+(\.\d+)?[\w.-]*", tag), name


def test_profiles_add_to_what_runs_without_them():
    by_profile: dict[str, set[str]] = {}
    for name, service in compose()["services"].items():
        for profile in service.get("profiles", ["always"]):
            by_profile.setdefault(profile, set()).add(name)
    assert by_profile["gpu"] == {"vllm", "sglang"}
    assert by_profile["observability"] == {"prometheus", "grafana", "tempo"}
    assert {service.replace("_", "-") for service in SERVICES} <= by_profile["always"]
    for name in by_profile["always"]:
        assert set(compose()["services"][name].get("depends_on", {})) <= by_profile["always"]


def test_services_are_locked_down_and_ask_for_credentials():
    for service in SERVICES:
        one = compose()["services"][service.replace("_", "-")]
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["secrets"] == ["keys"]
        told = one["environment"]
        assert told["SEAWRIGHT_ACCESS_KEYS_FILE"] == "/run/secrets/keys"
        assert "INSECURE" not in str(told)


def test_secrets_come_from_the_environment_and_the_example_names_each():
    text = (ROOT / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert {"POSTGRES_PASSWORD", "SEAWRIGHT_ACCESS_SERVICE_SECRET"} <= required
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?(\w+)=", example, re.MULTILINE))
    assert required <= named
    passed_on = {
        name
        for service in compose()["services"].values()
        for name, value in service.get("environment", {}).items()
        if value is None
    }
    assert named <= set(re.findall(r"\$\{(\w+)", text)) | passed_on


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_engines_are_started_as_the_console_starts_them(engine: EngineName):
    one = compose()["services"][engine]
    recipe = RECIPES[engine, "cuda"]
    assert one["image"].endswith(f":v{recipe.version}")
    assert recipe.environment.items() <= one["environment"].items()
    assert one["entrypoint"] == ["python3", "-m", MODULES[engine]]
    model = one["command"][0].partition("=")[2]
    order = EngineOrder(
        model=Path(model),
        name={"vllm": "agent", "sglang": "user"}[engine],
        device="cuda",
        host="0.0.0.0",
        port={"vllm": 8200, "sglang": 8300}[engine],
        context_tokens=32768,
        turns=256,
    )
    assert sorted(one["command"]) == sorted(arguments_of(engine, order))


def test_files_that_are_mounted_are_there():
    for service in compose()["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert not source.startswith(".") or (ROOT / source).exists(), source


def test_prometheus_scrapes_every_service_and_reads_the_charts_rules():
    scraped = yaml.safe_load((ROOT / "deploy" / "observability" / "prometheus.yml").read_text())
    targets = {
        t for job in scraped["scrape_configs"] for c in job["static_configs"] for t in c["targets"]
    }
    services = compose()["services"]
    for service in SERVICES:
        name = service.replace("_", "-")
        port = services[name]["environment"][f"SEAWRIGHT_{service.upper()}_PORT"]
        assert f"{name}:{port}" in targets
    assert scraped["rule_files"] == ["/etc/prometheus/alerts/*.yaml"]
    mounts = services["prometheus"]["volumes"]
    assert "./helm/seawright/alerts:/etc/prometheus/alerts:ro" in mounts
