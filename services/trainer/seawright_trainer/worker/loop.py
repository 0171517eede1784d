"""The loop that every rank runs in step: decide, train, save, export, report."""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import structlog
import torch

from seawright_shared.contracts.trainer import StepReport, Work
from seawright_shared.errors import DeadlineError, UnavailableError
from seawright_shared.stores.object_blobs import blobs_at
from seawright_trainer.adapters.batch_codec import decode_batch
from seawright_trainer.adapters.checkpoint_saver import CheckpointSaver
from seawright_trainer.adapters.control_link import ControlLink
from seawright_trainer.adapters.dcp_checkpoints import (
    CheckpointPlace,
    checkpoint_steps,
    forget_old,
)
from seawright_trainer.adapters.fsdp_engine import FsdpEngine, StepOutcome
from seawright_trainer.adapters.hf_export import Export, export_model, forget_exports
from seawright_trainer.adapters.rank_group import RankGroup
from seawright_trainer.core.attempts import (
    AttemptConfig,
    ExitCode,
    is_checkpoint_due,
    is_publish_due,
)
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.packing import CostModel, lock_step_efficiency, pack
from seawright_trainer.core.retention import Retention, retention_of
from seawright_trainer.core.segments import pack_row
from seawright_trainer.core.waterfall import Waterfall

log = structlog.get_logger()

MAX_SKIPPED = 3
"""Steps in a row whose gradient was not finite, after which the attempt fails."""
TERMINATED = "SIGTERM"


@dataclass(slots=True, kw_only=True)
class TrainingLoop:
    """One attempt on one rank. `step` counts steps of the run, not of the attempt."""

    config: AttemptConfig
    ranks: RankGroup
    engine: FsdpEngine
    cost: CostModel
    link: ControlLink
    terminated: threading.Event
    step: int = 0
    num_skipped: int = 0
    kept_steps: set[int] = field(default_factory=set[int])
    """Whose exports are needed still, whatever their age."""
    waterfall: Waterfall = field(default_factory=lambda: Waterfall(clock=time.perf_counter))
    saver: CheckpointSaver = field(init=False)
    saved_export: Export | None = None
    """Of the checkpoint that was begun last."""
    told_step: int = field(init=False)
    """The step that the control plane heard of last."""
    retention: Retention = field(init=False)

    def __post_init__(self) -> None:
        self.retention = retention_of(
            self.config.spec,
            newest=self.config.keep_checkpoints,
            promoted=self.config.promoted_steps,
        )
        place = CheckpointPlace(
            folder=Path(self.config.checkpoint_dir),
            attempt=self.config.attempt,
            spec_hash=self.config.spec_hash,
        )
        self.told_step = self.step
        self.saver = CheckpointSaver(engine=self.engine, place=place, group=self.ranks.saving)

    def run(self) -> ExitCode:
        """Train until told otherwise."""
        waiting_since, missing = time.monotonic(), ""
        while True:
            self._report_saved()
            with self.waterfall.stage("wait"):
                work = self._decide()
            if work.action == "train":
                self._train(work)
            elif work.action == "checkpoint":
                self._save_and_report()
            elif work.action == "pause":
                self._save_and_report()
                is_told = work.missing == TERMINATED
                return ExitCode.TERMINATED if is_told else ExitCode.DONE
            elif work.action == "stop":
                self.saver.abandon()
                return ExitCode.DONE
            elif work.action == "finish":
                self.saver.settle()
                self._report_saved()
                return ExitCode.DONE
            if work.action != "wait" or work.missing != missing:
                # What is missing changed: somebody is at work on it.
                waiting_since, missing = time.monotonic(), work.missing
            elif time.monotonic() - waiting_since > self.config.work_deadline_seconds:
                raise DeadlineError(
                    f"waited {self.config.work_deadline_seconds:g} s for {work.missing}"
                )

    def _decide(self) -> Work:
        decision = Work(action="wait")
        if self.ranks.rank == 0:
            decision = self._asked()
        shared = self.ranks.share(decision.model_dump_json())
        return Work.model_validate_json(shared)

    def _asked(self) -> Work:
        if self.terminated.is_set():
            return Work(action="pause", missing=TERMINATED)
        return self.link.work(self.step)

    def _train(self, work: Work) -> None:
        assert work.batch is not None
        self.kept_steps = set(work.kept_steps)
        self._enter("step")
        started = time.perf_counter()
        with self.waterfall.stage("load"):
            batch = self._load(work.batch)
        outcome = self._train_on(batch)
        self.step += 1
        self.num_skipped = 0 if outcome.is_applied else self.num_skipped + 1
        if self.num_skipped >= MAX_SKIPPED:
            raise UnavailableError(f"{MAX_SKIPPED} steps in a row had no finite gradient")
        is_saved = is_checkpoint_due(self.config.spec, self.step)
        is_served = is_publish_due(self.config.spec, self.step, is_applied=outcome.is_applied)
        with self.waterfall.stage("export"):
            export = self._export() if is_saved or is_served else None
        with self.waterfall.stage("checkpoint"):
            if is_saved:
                self._save(export)
        stages = {**self.waterfall.metrics(), **self.engine.waterfall.metrics()}
        if self.ranks.rank != 0:
            return
        num_tokens = len(batch.sequences.token_ids)
        seconds = time.perf_counter() - started
        self._report(
            export,
            episode_ids=list(batch.episode_ids),
            metrics={
                **batch.metrics,
                **outcome.metrics,
                **stages,
                "tokens": float(num_tokens),
                "sequences": float(batch.sequences.num_sequences),
                "tokens_per_second": num_tokens / seconds,
                "seconds": seconds,
            },
        )

    def _train_on(self, batch: StepBatch) -> StepOutcome:
        sequences = batch.sequences
        with self.waterfall.stage("pack"):
            plan = pack(
                sequences.lengths,
                token_budget=self.config.spec.batch.token_budget,
                num_ranks=self.ranks.size,
                cost=self.cost,
            )
        mine = plan.micro_batches[self.ranks.rank]
        spec = self.config.spec
        mode = spec.algorithm.normalization if spec.kind == "grpo" else "tokens"
        rows = [pack_row(sequences, indices, mode) for indices in mine]
        outcome = self.engine.train_step(rows, sequences.denominator(mode, spec.batch.max_length))
        outcome.metrics["lock_step_efficiency"] = lock_step_efficiency(
            plan, sequences.lengths, self.cost
        )
        return outcome

    def _load(self, reference: str) -> StepBatch:
        blobs = blobs_at(self.config.blob_dir, self.config.blob_url)
        return decode_batch(asyncio.run(blobs.get(reference)))

    def _save_and_report(self) -> None:
        """Save this step, unless that is under way, and return when it is whole and known."""
        if self.step == 0:
            return
        if self.saver.step != self.step:
            self._save(self._export())
        self.saver.settle()
        self._report_saved()

    def _save(self, export: Export | None) -> None:
        self._enter("checkpoint")
        self.saver.settle()
        self._report_saved()
        self.saver.begin(self.step)
        self.saved_export = export

    def _report_saved(self) -> None:
        """Tell of a checkpoint that has become whole; then older ones may go."""
        checkpoint = self.saver.collect()
        if checkpoint is None:
            return
        export = self.saved_export
        self.link.report(
            StepReport(
                step=self.told_step,
                metrics={},
                saved_step=self.saver.step,
                checkpoint_uri=str(checkpoint),
                saved_export_uri=None if export is None else str(export.folder),
                saved_export_sha256=None if export is None else export.sha256,
                world_size=self.ranks.size,
            )
        )
        forget_old(self.saver.place.folder, self.retention)

    def _export(self) -> Export | None:
        self._enter("export")
        spec = self.config.spec
        folder = Path(self.config.export_dir)
        export = export_model(
            self.engine.model,
            base=Path(spec.model.uri),
            folder=folder / f"step_{self.step}_of_{self.config.attempt}",
            dtype=getattr(torch, spec.model.dtype),
            kind="merged" if spec.lora is None else spec.lora.export,
        )
        if export is not None:
            needed = checkpoint_steps(Path(self.config.checkpoint_dir)) | self.kept_steps
            # Of a checkpoint in flight, too.
            begun = {self.saver.step} if self.saver.step is not None else set[int]()
            forget_exports(folder, steps=needed | begun)
        return export

    def _report(
        self,
        export: Export | None,
        *,
        episode_ids: list[str],
        metrics: dict[str, float],
    ) -> None:
        self._enter("report")
        report = StepReport(
            step=self.step,
            episode_ids=episode_ids,
            metrics=metrics,
            export_uri=None if export is None else str(export.folder),
            export_sha256=None if export is None else export.sha256,
            world_size=self.ranks.size,
        )
        # The service publishes before it answers; the next step's report tells how long it took.
        with self.waterfall.stage("publish"):
            self.link.report(report)
        self.told_step = self.step
        self._enter("wait")

    def _enter(self, phase: str) -> None:
        self.link.phase = phase
        self.link.step = self.step
