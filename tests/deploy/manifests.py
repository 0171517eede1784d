"""Renders the chart and reads the compose file, for the tests beside this module."""

import functools
import importlib
from pathlib import Path
from typing import Any

import helm_python
import yaml
from pydantic_settings import BaseSettings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "seawright"
VALUES = {
    "default": None,
    "laptop": CHART / "ci" / "laptop-values.yaml",
    "external": CHART / "ci" / "external-values.yaml",
}
SERVICES = ("orchestrator", "environment", "user_simulator", "policy", "trainer")


@functools.cache
def render(values: str) -> tuple[dict[str, Any], ...]:
    """Return every manifest of the chart under the named values file."""
    path = VALUES[values]
    given = yaml.safe_load(path.read_text()) if path else {}
    files = helm_python.Chart.load(CHART).render(
        given, name="demo", namespace="seawright", revision=1, is_install=True
    )
    documents = (
        document
        for name, text in sorted(files.items())
        if name.endswith(".yaml")
        for document in yaml.safe_load_all(text)
    )
    return tuple(document for document in documents if document)


def containers(manifests: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Return the containers of every workload."""
    pods = [m["spec"]["template"]["spec"] for m in manifests if "template" in m.get("spec", {})]
    return [container for pod in pods for container in pod["containers"]]


def compose() -> dict[str, Any]:
    """Return the compose file, its merge keys resolved."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def setting_names(service: str) -> set[str]:
    """Return the environment variables that a service's settings read."""
    settings: type[BaseSettings] = importlib.import_module(f"seawright_{service}.settings").Settings
    prefix = settings.model_config.get("env_prefix", "")
    return {f"{prefix}{name}".upper() for name in settings.model_fields}
