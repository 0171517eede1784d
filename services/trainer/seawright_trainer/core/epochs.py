"""Which dialogues an SFT step trains on: seeded epochs, a pure function of the step."""

import numpy as np


def step_indices(*, num_items: int, per_step: int, step: int, seed: int) -> list[int]:
    """Return the item indices of optimizer step `step`, counted from 1.

    Epochs follow each other without gaps, each in its own order; a step may span two of them.
    """
    assert num_items > 0
    first = (step - 1) * per_step
    orders: dict[int, list[int]] = {}
    chosen: list[int] = []
    for place in range(first, first + per_step):
        epoch, within = divmod(place, num_items)
        if epoch not in orders:
            generator = np.random.default_rng([seed, epoch])
            orders[epoch] = [int(index) for index in generator.permutation(num_items)]
        chosen.append(orders[epoch][within])
    return chosen
