"""Laws of the loop of a rank: steps that are skipped, and SIGTERM (edge case 12)."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from seawright_shared.contracts.trainer import StepReport, Work
from seawright_shared.errors import UnavailableError
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_shared.stores.blobs import FolderBlobs
from seawright_trainer.adapters.batch_codec import encode_batch
from seawright_trainer.adapters.control_link import ControlLink
from seawright_trainer.adapters.fsdp_engine import FsdpEngine, StepOutcome
from seawright_trainer.adapters.rank_group import RankGroup
from seawright_trainer.core.attempts import AttemptConfig, ExitCode
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.packing import CostModel
from seawright_trainer.core.sequences import WeightedSequence, join
from seawright_trainer.core.waterfall import Waterfall
from seawright_trainer.worker.loop import MAX_SKIPPED, TrainingLoop


@dataclass
class Link:
    """The control plane: the same batch again and again, then `finish`."""

    batch: str
    num_steps: int
    reports: list[StepReport] = field(default_factory=list[StepReport])
    phase: str = ""
    step: int = 0

    def work(self, step: int) -> Work:
        return Work(action="finish" if step >= self.num_steps else "train", batch=self.batch)

    def report(self, report: StepReport) -> None:
        self.reports.append(report)


@dataclass
class Engine:
    """Applies the steps that the test says."""

    is_good: Callable[[int], bool]
    num_steps: int = 0
    waterfall: Waterfall = field(default_factory=lambda: Waterfall(clock=lambda: 0.0))

    def train_step(self, rows: object, denominator: int) -> StepOutcome:
        self.num_steps += 1
        is_applied = self.is_good(self.num_steps)
        return StepOutcome(is_applied=is_applied, metrics={"applied": float(is_applied)})


def loop_of(folder: Path, is_good: Callable[[int], bool]) -> tuple[TrainingLoop, Link, Engine]:
    one = WeightedSequence(
        token_ids=np.arange(8, dtype=np.uint32),
        loss_mask=np.arange(8) > 2,
        behaviour=np.zeros(8, np.float32),
    )
    batch = encode_batch(StepBatch(sequences=join([one]), episode_ids=("ep_1",)))
    reference = asyncio.run(FolderBlobs(folder).put(batch))
    spec = TrainingSpec(
        kind="sft",
        model=ModelSpec(uri="/base", name="m"),
        dataset_id="ds",
        num_steps=1000,
        checkpoint_every=1000,
    )
    config = AttemptConfig(
        run_id="trun_1",
        attempt=1,
        spec=spec,
        spec_hash="h",
        control_url="http://nowhere",
        blob_dir=str(folder),
        checkpoint_dir=str(folder / "checkpoints"),
        export_dir=str(folder / "exports"),
        outcome_dir=str(folder / "outcome"),
    )
    link, engine = Link(reference, num_steps=8), Engine(is_good)
    loop = TrainingLoop(
        config=config,
        ranks=RankGroup(rank=0, size=1, device=torch.device("cpu"), decisions=None),
        # Fakes of two adapters: the loop asks no more of them than this.
        engine=cast("FsdpEngine", engine),
        cost=CostModel(linear=1.0, quadratic=0.0),
        link=cast("ControlLink", link),
        terminated=threading.Event(),
    )
    return loop, link, engine


def test_a_skipped_step_is_reported_and_publishes_nothing(tmp_path: Path):
    loop, link, _ = loop_of(tmp_path, lambda number: number % 2 == 0)
    assert loop.run() is ExitCode.DONE
    assert [report.metrics["applied"] for report in link.reports] == [0.0, 1.0] * 4
    assert all(report.export_uri is None for report in link.reports)
    assert [report.step for report in link.reports] == list(range(1, 9))


def test_a_few_skipped_steps_in_a_row_end_the_attempt(tmp_path: Path):
    loop, link, engine = loop_of(tmp_path, lambda number: number <= 2)
    with pytest.raises(UnavailableError, match="no finite gradient"):
        loop.run()
    assert engine.num_steps == 2 + MAX_SKIPPED
    assert len(link.reports) == 2 + MAX_SKIPPED - 1


def test_skipped_steps_apart_from_each_other_do_not_add_up(tmp_path: Path):
    loop, link, _ = loop_of(tmp_path, lambda number: number % MAX_SKIPPED == 0)
    assert loop.run() is ExitCode.DONE
    assert len(link.reports) == 8


def test_sigterm_before_the_first_step_leaves_without_a_checkpoint(tmp_path: Path):
    loop, link, engine = loop_of(tmp_path, lambda _: True)
    loop.terminated.set()
    assert loop.run() is ExitCode.TERMINATED
    assert (engine.num_steps, link.reports) == (0, [])


def test_a_step_tells_where_its_seconds_went(tmp_path: Path):
    loop, link, _ = loop_of(tmp_path, lambda _: True)
    loop.run()
    stages = {name for name in link.reports[1].metrics if name.startswith("seconds_")}
    told = {"wait", "load", "pack", "export", "checkpoint", "publish"}
    assert stages == {f"seconds_{name}" for name in told}
