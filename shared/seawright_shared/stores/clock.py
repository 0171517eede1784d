"""The clock: time is an argument."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, with its zone."""


def utc_now() -> datetime:
    """Return the machine's present moment in UTC."""
    return datetime.now(UTC)
