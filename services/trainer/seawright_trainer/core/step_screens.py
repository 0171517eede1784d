"""Where people watch a run: the port of TensorBoard's files and of Prometheus' gauges."""

from collections.abc import Mapping
from typing import Protocol


class StepScreen(Protocol):
    """Where people watch a run."""

    async def show(self, run_id: str, step: int, metrics: Mapping[str, float]) -> None:
        """Show what a step measured."""
        ...
