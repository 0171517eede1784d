"""Which dialogues an SFT step trains on: seeded epochs, a pure function of the step."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from seawright_shared.records.specs import MixSpec
from seawright_trainer.core.turns_taken import Turn, turns_taken


def step_indices(*, num_items: int, per_step: int, step: int, seed: int) -> list[int]:
    """Return the item indices of optimizer step `step`, counted from 1.

    Epochs follow each other without gaps, each in its own order; a step may span two of them.
    """
    first = (step - 1) * per_step
    return _Epochs(num_items=num_items, seed=[seed]).items(range(first, first + per_step))


def mixed_indices(
    domains: Sequence[str], mix: MixSpec, *, per_step: int, step: int, seed: int
) -> list[int]:
    """Return the item indices of a step whose domains are drawn by weight.

    `domains` has each item's own. Each domain has epochs of its own: none of its items is
    drawn again before all others of it were, however small the domain.
    """
    names = sorted(mix.weights)
    weights = [mix.weights[name] for name in names]
    items = [[i for i, domain in enumerate(domains) if domain == name] for name in names]
    assert all(items), "a domain without dialogues is refused before"
    if mix.steps == "separate":
        (taken,) = turns_taken(weights, first=step - 1, num=1)
        start = taken.before * per_step
        turns = [Turn(of=taken.of, before=start + place) for place in range(per_step)]
    else:
        turns = turns_taken(weights, first=(step - 1) * per_step, num=per_step)
    epochs = [_Epochs(num_items=len(held), seed=[seed, place]) for place, held in enumerate(items)]
    return [items[turn.of][epochs[turn.of].items([turn.before])[0]] for turn in turns]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Epochs:
    """Places of an endless supply; the orders of epochs that were met are kept."""

    num_items: int
    seed: list[int]
    orders: dict[int, list[int]] = field(default_factory=dict[int, list[int]])

    def items(self, places: Sequence[int]) -> list[int]:
        """Return the item at each place."""
        assert self.num_items > 0
        chosen: list[int] = []
        for place in places:
            epoch, within = divmod(place, self.num_items)
            if epoch not in self.orders:
                generator = np.random.default_rng([*self.seed, epoch])
                order = generator.permutation(self.num_items)
                self.orders[epoch] = [int(index) for index in order]
            chosen.append(self.orders[epoch][within])
        return chosen
