"""OpenAPI documents of the five services; `python -m tests.support.openapi` writes them anew."""

import importlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
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


if __name__ == "__main__":
    for name in SERVICES:
        path = snapshot_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema(name), indent=1, sort_keys=True) + "\n")
