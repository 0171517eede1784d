"""OpenAPI documents of the five services, and of all as one; run as a module it writes them."""

import importlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from seawright_console.core.merged_openapi import merged

ROOT = Path(__file__).parents[2]
WHOLE = "seawright"
SERVICES = ("orchestrator", "environment", "user_simulator", "policy", "trainer")


def snapshot_path(service: str) -> Path:
    """Return where a service's frozen document is kept."""
    return ROOT / "docs" / "api" / f"{service}.json"


def schema(service: str) -> dict[str, Any]:
    """Return the document that a service serves, built from its default settings."""
    settings = importlib.import_module(f"seawright_{service}.settings")
    wiring = importlib.import_module(f"seawright_{service}.wiring")
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            document = wiring.build(settings.Settings()).openapi()
        finally:
            os.chdir(before)
    return json.loads(json.dumps(document))


def whole() -> dict[str, Any]:
    """Return the one document of all services, made of their frozen ones."""
    documents = {
        name.replace("_", "-"): json.loads(snapshot_path(name).read_text()) for name in SERVICES
    }
    return json.loads(json.dumps(merged(documents, "1")))


def write(name: str, document: dict[str, Any]) -> None:
    """Freeze a document."""
    path = snapshot_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    for service_name in SERVICES:
        write(service_name, schema(service_name))
    write(WHOLE, whole())
