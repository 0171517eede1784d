"""Which checkpoints of a training run are kept."""

from pydantic import Field

from seawright_shared.records.base import Request


class RetentionSpec(Request):
    """Which checkpoints outlive newer ones. Promoted ones always do."""

    newest: int | None = Field(default=None, ge=1)
    """How many of the newest are kept; None: as many as the deployment keeps."""
    every: int | None = Field(default=None, ge=1)
    """Checkpoints of steps divisible by it are kept, too."""
