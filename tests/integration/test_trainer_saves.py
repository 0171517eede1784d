"""Ranks train on while a checkpoint is written, and a kill in the middle costs that one alone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seawright_trainer.adapters.dcp_checkpoints import checkpoint_steps, newest_whole
from tests.support.tiny_models import write_tiny_model

pytestmark = pytest.mark.slow

Rank = subprocess.Popen[str]


@pytest.fixture
def held_up(tmp_path: Path) -> Iterator[list[Rank]]:
    """Two ranks that have trained a step while the checkpoint of step 2 waits for the disk."""
    write_tiny_model(tmp_path / "models" / "tied", is_tied=True)
    rest = [tmp_path / "rendezvous", tmp_path / "models" / "tied", tmp_path / "checkpoints"]
    ranks = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.rank_saves", str(rank), *map(str, rest)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in (0, 1)
    ]
    for rank in ranks:
        assert line_of(rank) == "trained"
    yield ranks
    for rank in ranks:
        rank.kill()
        rank.communicate()


def line_of(rank: Rank) -> str:
    """Return what the rank says next."""
    assert rank.stdout is not None
    return rank.stdout.readline().strip()


def test_what_was_copied_is_saved_while_ranks_train_on(held_up: list[Rank]):
    for rank in held_up:
        assert rank.stdin is not None
        rank.stdin.write("write\n")
        rank.stdin.flush()
    found = [json.loads(line_of(rank)) for rank in held_up]
    assert [one.pop("whole") for one in found] == ["step_2", None], "rank 0 alone tells of it"
    for one in found:
        assert (one["was_written_beside"], one["was_told_early"]) == (True, False)
        assert one["num_applied"] == 2
    assert found[0]["is_what_was_copied"]
    assert not found[0]["is_what_was_trained"], "a step was done meanwhile"


def test_a_kill_in_the_middle_of_a_save_leaves_the_one_before(held_up: list[Rank], tmp_path: Path):
    for rank in held_up:
        rank.kill()
        rank.wait()
    folder = tmp_path / "checkpoints"
    assert (folder / "step_2.tmp").is_dir(), "it was being written"
    assert checkpoint_steps(folder) == {1}
    candidates = [folder / "step_2", folder / "step_1"]
    assert newest_whole(candidates, "spec") == folder / "step_1"
