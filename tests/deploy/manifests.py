"""Renders the chart and reads the compose file, for the tests beside this module."""

import functools
import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import helm_python
import yaml
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from seawright_shared.access.settings import AccessSettings
from seawright_shared.telemetry.settings import TelemetrySettings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "seawright"
VALUES: dict[str, Path | None] = {
    "default": None,
    **{path.name.removesuffix("-values.yaml"): path for path in (CHART / "ci").glob("*.yaml")},
}
SERVICES = ("orchestrator", "environment", "user_simulator", "policy", "trainer")
Manifest = dict[str, Any]


@functools.cache
def render(values: str) -> tuple[Manifest, ...]:
    """Return every manifest of the chart under the named values file."""
    path = VALUES[values]
    return render_with(yaml.safe_load(path.read_text()) if path else {})


def render_with(given: dict[str, Any]) -> tuple[Manifest, ...]:
    """Return every manifest of the chart under these values."""
    chart = helm_python.Chart.load(CHART)
    chart.validate_schema(given)
    files = chart.render(given, name="demo", namespace="seawright", revision=1, is_install=True)
    documents = (
        document
        for name, text in sorted(files.items())
        if name.endswith(".yaml")
        for document in yaml.safe_load_all(text)
    )
    return tuple(document for document in documents if document)


def of_kind(manifests: Iterable[Manifest], *kinds: str) -> list[Manifest]:
    """Return the manifests of these kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def component(manifest: Manifest) -> str:
    """Return which part of the system a manifest belongs to."""
    return manifest["metadata"]["labels"]["app.kubernetes.io/component"]


def pods(manifests: Iterable[Manifest]) -> dict[str, Manifest]:
    """Return the pod template of every workload, by component."""
    workloads = of_kind(manifests, "Deployment", "StatefulSet", "Job")
    return {
        each["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]: each["spec"][
            "template"
        ]
        for each in workloads
    }


def containers(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Return the containers of every workload, those that run first included."""
    specs = [pod["spec"] for pod in pods(manifests).values()]
    return [one for pod in specs for one in [*pod.get("initContainers", []), *pod["containers"]]]


def environment(container: Manifest) -> dict[str, Manifest]:
    """Return a container's variables by name."""
    return {entry["name"]: entry for entry in container.get("env", [])}


def compose() -> dict[str, Any]:
    """Return the compose file, its merge keys resolved."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def setting_names(service: str) -> set[str]:
    """Return the environment variables that a service's process reads."""
    own: type[BaseSettings] = importlib.import_module(f"seawright_{service}.settings").Settings
    known = {name for each in (own, *SHARED_SETTINGS) for name in _names(each)}
    return known | OBJECT_STORE if "blob_url" in own.model_fields else known


OBJECT_STORE = {
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
}
"""Read by the client of the object store."""

SHARED_SETTINGS: tuple[type[BaseSettings], ...] = (AccessSettings, TelemetrySettings)
"""Read by every service."""


def _names(settings: type[BaseSettings]) -> set[str]:
    prefix = settings.model_config.get("env_prefix", "")
    names = {f"{prefix}{name}".upper() for name in settings.model_fields}
    for field in settings.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            names |= {str(choice) for choice in field.validation_alias.choices}
        elif isinstance(field.validation_alias, str):
            names.add(field.validation_alias)
    return names
