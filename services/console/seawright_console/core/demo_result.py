"""What the demonstration found."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from seawright_console.core.figures import pooled_yields
from seawright_console.core.statistics import Difference
from seawright_shared.contracts.orchestrator import EvaluationRun, SynthesisReport
from seawright_shared.contracts.trainer import TrainingRun

STAGES = {"base": "base", "sft": "SFT", "rl": "RL"}
"""The stages of the demonstration, and what they are called for people."""
CONTROL = "Control: the rewards of RL are shuffled and carry no signal, so RL should gain nothing."


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """Runs, measurements and times of one demonstration."""

    synthesis: SynthesisReport
    trainings: tuple[TrainingRun, ...]
    evaluations: Mapping[str, EvaluationRun]
    """By the name for people, in order."""
    rl_over_sft: Difference | None
    """None: RL failed."""
    sft_over_base: Difference
    seconds: Mapping[str, float]
    """How long each phase took."""
    notes: tuple[str, ...]
    is_control: bool = False
    """Rewards were shuffled: RL should gain nothing."""
    rl_failure: str | None = None
    """Why RL failed; base and SFT were measured all the same."""

    def as_json(self) -> str:
        """Return the measurements for programs."""
        plain = {
            "synthesis_run_id": self.synthesis.run.id,
            "yield": pooled_yields(self.synthesis.streams),
            "training_run_ids": [run.id for run in self.trainings],
            "evaluations": {
                name: run.report.model_dump(mode="json", exclude={"per_task"})
                for name, run in self.evaluations.items()
                if run.report
            },
            "rl_over_sft": self.rl_over_sft and self.rl_over_sft.interval.model_dump(),
            "sft_over_base": self.sft_over_base.interval.model_dump(),
            "is_control": self.is_control,
            "rl_failure": self.rl_failure,
            "seconds": dict(self.seconds),
            "notes": list(self.notes),
        }
        return json.dumps(plain, indent=2)
