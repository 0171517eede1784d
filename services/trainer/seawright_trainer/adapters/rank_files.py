"""Files that an attempt's launcher and its ranks share: what they are told, and why they ended."""

from pathlib import Path

from pydantic import ValidationError

from seawright_trainer.core.attempts import AttemptConfig, ExitCode, Outcome


def write_config(config: AttemptConfig) -> Path:
    """Write what the ranks are told, and return where."""
    folder = Path(config.outcome_dir)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.json"
    path.write_text(config.model_dump_json())
    return path


def first_fault(config: AttemptConfig) -> Outcome | None:
    """Return what a rank wrote that did not end well; None where none wrote so."""
    written = (_written(config, rank) for rank in range(config.spec.num_ranks))
    faults = (one for one in written if one is not None and one.exit_code != ExitCode.DONE)
    return next(faults, None)


def _written(config: AttemptConfig, rank: int) -> Outcome | None:
    path = Path(config.outcome_dir) / f"rank_{rank}.json"
    try:
        return Outcome.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
