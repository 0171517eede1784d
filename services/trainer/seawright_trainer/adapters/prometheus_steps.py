"""The newest step of the training runs, as gauges of this service."""

from collections.abc import Mapping

from seawright_shared.telemetry.metrics import Meter

STAGE = "seconds_"
"""What the names of a waterfall's stages begin with."""


class PrometheusSteps:
    """The port `StepScreen`. One run is what a trainer has under way: runs are no label."""

    def __init__(self, meter: Meter) -> None:
        self._step = meter.gauge("step", "Optimizer steps of the run that reported last.")
        self._measures = meter.gauge(
            "step_measure", "Measurements of the newest step, in their own units.", ["measure"]
        )
        self._stages = meter.gauge(
            "step_stage_seconds", "Where the newest step's time went.", ["stage"]
        )

    async def show(self, run_id: str, step: int, metrics: Mapping[str, float]) -> None:  # noqa: ARG002
        """Show the step; measurements that it lacks are no longer told."""
        self._step.set(step)
        self._measures.clear()
        self._stages.clear()
        for name, value in metrics.items():
            if name.startswith(STAGE):
                self._stages.labels(stage=name.removeprefix(STAGE)).set(value)
            else:
                self._measures.labels(measure=name).set(value)
