"""The compose file keeps its schema and names real settings, images and files."""

import subprocess
import sys
from pathlib import Path

import pytest

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
        given = {v for v in service.get("environment", {}) if v.startswith("SEAWRIGHT_")}
        owner = name.removeprefix("migrate-").replace("-", "_")
        assert given <= (setting_names(owner) if owner in SERVICES else set()), name


def test_ports_are_published_on_loopback_only():
    ports = [p for service in compose()["services"].values() for p in service.get("ports", [])]
    assert len(ports) == len(SERVICES)
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


@pytest.mark.parametrize("service", SERVICES)
def test_the_image_gets_exactly_the_packages_that_the_service_asks_for(service: str):
    script = ROOT / "deploy" / "images" / "requirements.py"
    done = subprocess.run(
        [sys.executable, script, service], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = done.stdout.split()
    assert "pydantic" in found
    assert ("torch" in found) == (service in {"policy", "trainer"})
    assert not [name for name in found if name.startswith("seawright")]
