"""Learning rates as a function of the step."""

import math

from seawright_shared.records.specs import OptimizerSpec


def learning_rate(optimizer: OptimizerSpec, *, step: int, num_steps: int) -> float:
    """Return the rate of optimizer step `step`, counted from 1.

    Linear warm-up over `num_warmup_steps`, then constant, or a cosine to zero at `num_steps`.
    """
    warmup = optimizer.num_warmup_steps
    if step <= warmup:
        return optimizer.learning_rate * step / warmup
    if optimizer.schedule == "constant":
        return optimizer.learning_rate
    share = (step - warmup) / max(1, num_steps - warmup)
    return optimizer.learning_rate * 0.5 * (1.0 + math.cos(math.pi * min(1.0, share)))
