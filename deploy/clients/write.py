"""Write the clients of the API into a folder: `python -m deploy.clients.write [FOLDER]`."""

import json
import sys
from pathlib import Path

from deploy.clients import python, typescript

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "api" / "seawright.json"
PACKAGE = {
    "name": "seawright-client",
    "version": "1.0.0",
    "private": True,
    "type": "module",
    "exports": {".": {"types": "./seawright.d.ts", "default": "./seawright.js"}},
}


def write(folder: Path) -> None:
    """Write `python/seawright_client.py` and the package `typescript` below a folder."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    texts = {
        "python/seawright_client.py": python.client(document),
        "typescript/seawright.js": typescript.client(document),
        "typescript/seawright.d.ts": typescript.declarations(document),
        "typescript/package.json": json.dumps(PACKAGE, indent=2) + "\n",
    }
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "clients")
