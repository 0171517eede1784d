"""Ranks whose launcher was killed end at once, though nobody told them to (issue 2)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_trainer.core.attempts import AttemptConfig
from tests.support.servers import free_port
from tests.support.tiny_models import write_tiny_model

pytestmark = pytest.mark.slow
PROMPTLY_SECONDS = 8.0


def config_of(folder: Path, num_ranks: int) -> AttemptConfig:
    """Return an attempt whose control plane nobody serves: ranks wait for it for minutes."""
    spec = TrainingSpec(
        kind="sft",
        model=ModelSpec(uri=str(write_tiny_model(folder / "base")), name="m", dtype="float32"),
        dataset_id="none",
        num_steps=1,
        num_ranks=num_ranks,
    )
    return AttemptConfig(
        run_id="trun_orphan",
        attempt=1,
        spec=spec,
        spec_hash="hash",
        control_url=f"http://127.0.0.1:{free_port()}",
        blob_dir=str(folder / "blobs"),
        checkpoint_dir=str(folder / "checkpoints"),
        export_dir=str(folder / "exports"),
        outcome_dir=str(folder / "attempt_1"),
    )


def living(config: AttemptConfig) -> list[int]:
    """Return the attempt's processes, torchrun's own included, by the file they were given.

    torchrun puts each rank into a session of its own: no process group holds them all.
    """
    given = f"{config.outcome_dir}/config.json".encode()
    found: list[int] = []
    for arguments in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            is_one = given in arguments.read_bytes().split(b"\0")
        except OSError:
            continue
        if is_one:
            found.append(int(arguments.parent.name))
    return found


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="nothing tells of a process's end")
@pytest.mark.parametrize("num_ranks", [1, 2])
def test_ranks_of_a_killed_launcher_end_promptly(num_ranks: int, tmp_path: Path):
    config = config_of(tmp_path, num_ranks)
    file = tmp_path / "config.json"
    file.write_text(config.model_dump_json())
    launcher = subprocess.Popen(
        [sys.executable, "-m", "tests.support.launching", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert launcher.stdout is not None
    assert int(launcher.stdout.readline())
    said = Path(config.outcome_dir) / "ranks.log"
    try:
        wait_until(lambda: "control_plane.unreachable" in said.read_text(), 60)
        assert len(living(config)) == (1 if num_ranks == 1 else num_ranks + 1)
        launcher.send_signal(signal.SIGKILL)
        launcher.wait()
        wait_until(lambda: not living(config), PROMPTLY_SECONDS)
        assert "rank.abandoned" in said.read_text()
    finally:
        launcher.kill()
        launcher.wait()
        launcher.stdout.close()
        for pid in living(config):
            os.kill(pid, signal.SIGKILL)
