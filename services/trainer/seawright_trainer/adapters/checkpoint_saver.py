"""Saves checkpoints beside training: a step is held while state is copied, not while it is written.

One save is in flight at most. A checkpoint is whole when its manifest is in it and its folder has
its name; only then does rank 0 tell of it, and only when that is acknowledged do older ones go.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import torch.distributed as dist
from torch.distributed.checkpoint.state_dict import get_state_dict
from torch.distributed.checkpoint.state_dict_saver import async_save

from seawright_trainer.adapters.dcp_checkpoints import (
    CheckpointManifest,
    CheckpointPlace,
    complete,
    drafted,
    prepare_folder,
)
from seawright_trainer.adapters.fsdp_engine import FsdpEngine


@dataclass(slots=True, kw_only=True)
class CheckpointSaver:
    """One rank's part in saving. All ranks begin the same steps in the same order."""

    engine: FsdpEngine
    place: CheckpointPlace
    group: dist.ProcessGroup | None
    """Of gloo, for nothing else: the writing threads meet in it while ranks train."""
    step: int | None = field(default=None, init=False)
    """The step that was begun last."""
    _whole: Future[Path | None] | None = field(default=None, init=False)
    """What is in flight; on rank 0 it ends with the manifest, elsewhere with the rank's shards."""
    _is_abandoned: bool = field(default=False, init=False)
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1), init=False
    )

    @property
    def is_writing(self) -> bool:
        """Whether threads are still at work."""
        return self._whole is not None and not self._whole.done()

    def begin(self, step: int) -> None:
        """Copy the state and return; what was begun before is on disk by then."""
        self.settle()
        aside = prepare_folder(self.place, step)
        manifest = drafted(self.engine, self.place, step)
        weights, moments = get_state_dict(self.engine.model, self.engine.optimizer)
        written = async_save(
            {"model": weights, "optimizer": moments},
            checkpoint_id=str(aside),
            process_group=self.group,
        )
        assert isinstance(written, Future)
        self.step = step
        self._whole = self._threads.submit(self._finish, written, aside, manifest)

    def settle(self) -> None:
        """Return when nothing is in flight, or raise what befell it."""
        if self._whole is not None:
            self._whole.result()

    def collect(self) -> Path | None:
        """Return, once, the checkpoint that is on disk now; raise what befell it."""
        if self._whole is None or not self._whole.done():
            return None
        whole, self._whole = self._whole.result(), None
        return whole

    def abandon(self) -> None:
        """Let what is in flight never become whole: it belongs to an attempt that is over."""
        self._is_abandoned = True
        self.settle()

    def _finish(
        self, written: Future[object], aside: Path, manifest: CheckpointManifest
    ) -> Path | None:
        # Of rank 0 this ends after the shards of all ranks: it writes the index of them.
        written.result()
        if dist.get_rank() != 0 or self._is_abandoned:
            return None
        return complete(aside, manifest)
