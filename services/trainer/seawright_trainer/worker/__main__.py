"""Entry of a rank: loads the attempt's config, trains, and says in a file why it ended."""

import os
import signal
import sys
import threading
from pathlib import Path

import structlog
import torch
from pydantic import ValidationError

from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings
from seawright_shared.errors import ConflictError, InvalidRequestError, SeawrightError
from seawright_trainer.adapters.control_link import ControlLink
from seawright_trainer.adapters.dcp_checkpoints import (
    forget_after,
    load_checkpoint,
    newest_whole,
)
from seawright_trainer.adapters.fsdp_engine import FsdpEngine
from seawright_trainer.adapters.hf_models import cost_model, prepare_model
from seawright_trainer.adapters.launcher_watch import watch_launcher
from seawright_trainer.adapters.rank_group import RankGroup, join_ranks, leave_ranks
from seawright_trainer.core.attempts import AttemptConfig, ExitCode, Outcome
from seawright_trainer.worker.loop import TrainingLoop
from seawright_trainer.worker.settings import RankSettings

log = structlog.get_logger()


def main() -> int:
    """Run one rank of one attempt; the exit status is an `ExitCode`."""
    settings = RankSettings()
    try:
        config = AttemptConfig.model_validate_json(Path(sys.argv[1]).read_text())
    except (IndexError, OSError, ValidationError) as error:
        log.error("config.refused", reason=str(error))  # noqa: TRY400
        return ExitCode.CONFIG
    outcome = _attempt(config, settings)
    folder = Path(config.outcome_dir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"rank_{settings.rank}.json").write_text(outcome.model_dump_json())
    log.info("rank.ended", **outcome.model_dump())
    return outcome.exit_code


def _attempt(config: AttemptConfig, settings: RankSettings) -> Outcome:
    try:
        code, reason, message = _train(config, settings), "done", ""
    except ConflictError as error:
        code, reason, message = ExitCode.DONE, error.code, error.detail
    except (InvalidRequestError, FileNotFoundError) as error:
        code, reason, message = ExitCode.CONFIG, "invalid-request", str(error)
    except SeawrightError as error:
        code, reason, message = ExitCode.FAULT, error.code, error.detail
    return Outcome(rank=settings.rank, exit_code=code, code=reason, message=message)


def _train(config: AttemptConfig, settings: RankSettings) -> ExitCode:
    if config.launcher_pid is not None:
        # The service, and what lies between it and this rank: torchrun, or the service again.
        for pid in {config.launcher_pid, os.getppid()}:
            watch_launcher(pid, is_gone=_leave_at_once)
    terminated = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: terminated.set())
    torch.set_num_threads(config.spec.threads_per_rank)
    torch.manual_seed(config.spec.seed)
    credentials = access_of(AccessSettings(), "trainer-rank").credentials
    link = ControlLink(config, settings.rank, credentials)
    # An attempt that lost its run must not outlive it, even inside a collective that hangs.
    link.start_heartbeats(is_lost=_leave_at_once)
    ranks = join_ranks(
        rank=settings.rank,
        size=settings.world_size,
        local_rank=settings.local_rank,
        deadline_seconds=config.collective_deadline_seconds,
    )
    loop: TrainingLoop | None = None
    try:
        engine = FsdpEngine(prepare_model(config.spec), config.spec, ranks.device)
        loop = TrainingLoop(
            config=config,
            ranks=ranks,
            engine=engine,
            cost=cost_model(config.spec.model.uri),
            link=link,
            terminated=terminated,
            step=_resume(config, engine, ranks),
        )
        return loop.run()
    finally:
        if loop is None or not loop.saver.is_writing:
            leave_ranks()
        link.close()


def _leave_at_once() -> None:
    """End without a word: nobody is left to hear it, and a collective may hang."""
    log.warning("rank.abandoned")
    os._exit(ExitCode.FAULT)


def _resume(config: AttemptConfig, engine: FsdpEngine, ranks: RankGroup) -> int:
    chosen = ""
    if ranks.rank == 0:
        whole = newest_whole([Path(uri) for uri in config.candidates], config.spec_hash)
        chosen = "" if whole is None else str(whole)
        step = -1 if whole is None else int(whole.name.removeprefix("step_"))
        forget_after(Path(config.checkpoint_dir), step)
    chosen = ranks.share(chosen)
    if not chosen:
        return 0
    manifest = load_checkpoint(engine, Path(chosen))
    log.info("checkpoint.loaded", step=manifest.step, saved_by_ranks=manifest.world_size)
    return manifest.step


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A thread that writes a checkpoint may wait for a dead peer; the rank does not wait for it.
    os._exit(status)
