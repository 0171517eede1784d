"""The integrator's guide is true: its blocks run, in order, against a served deployment."""

import os
import re
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from seawright_console.cli.embedded import embedded
from tests.architecture.tree import ROOT
from tests.e2e.embedded_process import write_model

GUIDE = ROOT / "docs" / "integrating.md"
_BLOCK = re.compile(r"^```(sh|python) run\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks() -> list[tuple[str, str]]:
    return _BLOCK.findall(GUIDE.read_text(encoding="utf-8"))


def script() -> str:
    """One program of all blocks, so that what one block exports the next one has."""
    parts = ["set -euo pipefail"]
    for language, text in blocks():
        parts.append(text if language == "sh" else f"python - <<'BLOCK'\n{text}BLOCK")
    return "\n".join(parts)


def test_the_guide_links_only_to_what_is_there():
    targets = re.findall(r"\]\(([^)#]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert targets
    assert [each for each in targets if not (GUIDE.parent / each).exists()] == []


@pytest.mark.slow
async def test_every_block_of_the_guide_runs_in_order(tmp_path: Path):
    assert len(blocks()) >= 10
    model = await anyio.to_thread.run_sync(write_model, tmp_path / "model")
    work = tmp_path / "work"
    work.mkdir()
    async with embedded(tmp_path / "state", "127.0.0.1", 0) as up:
        known = {
            "SEAWRIGHT_URL": up.url,
            "MODEL": str(model),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "NO_PROXY": "*",
        }
        done = await anyio.run_process(
            ["bash", "-c", script()],
            cwd=work,
            env=os.environ | known,
            stderr=subprocess.STDOUT,
            check=False,
        )
    assert done.returncode == 0, done.stdout.decode()[-4000:]
    assert (work / "version.txt").read_text() == "1"
