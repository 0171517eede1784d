"""What one optimizer step trains on: a ragged list of token sequences in flat arrays."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Normalization = Literal["tokens", "sequences", "constant"]
"""`AlgorithmSpec.normalization`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSequences:
    """S sequences of T tokens in all; sequence s owns tokens offsets[s] to offsets[s + 1].

    `advantages`, `temperatures` have one value per sequence (the same for each of its tokens).
    """

    token_ids: NDArray[np.uint32]
    loss_mask: NDArray[np.bool_]
    behaviour: NDArray[np.float32]
    """Log-probs under the sampling policy, at the sampling temperature; 0 for SFT."""
    offsets: NDArray[np.int64]
    advantages: NDArray[np.float32]
    temperatures: NDArray[np.float32]
    routes: NDArray[np.int16] | None = None
    """(T, layers, experts per token), -1 where unknown; None: nothing is replayed."""
    ages: NDArray[np.int64] | None = None
    """How many versions old each sequence's oldest token was; None: not sampled."""

    @property
    def num_sequences(self) -> int:
        """How many sequences there are."""
        return len(self.offsets) - 1

    @property
    def lengths(self) -> list[int]:
        """Tokens of each sequence."""
        return [int(length) for length in np.diff(self.offsets)]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Tokens that carry loss.

        A sequence's first token has no context to be predicted from, and a token whose
        behaviour log-prob is not finite is dropped from numerator and denominator alike.
        """
        counted = self.loss_mask & np.isfinite(self.behaviour)
        counted[self.offsets[:-1]] = False
        return counted

    @property
    def num_not_finite(self) -> int:
        """Sampled tokens that carry no loss, because their log-prob is not finite."""
        return int((self.loss_mask & ~np.isfinite(self.behaviour)).sum())

    @property
    def num_loss_tokens(self) -> int:
        """Loss tokens of the whole optimizer step, on all ranks."""
        return int(self.counted.sum())

    @property
    def loss_tokens_of(self) -> NDArray[np.int64]:
        """Loss tokens of each sequence."""
        before = np.concatenate([[0], np.cumsum(self.counted)])
        return before[self.offsets[1:]] - before[self.offsets[:-1]]

    def denominator(self, normalization: Normalization, max_length: int) -> int:
        """Return what the step's sum is divided by, on all ranks; 0 where nothing has loss."""
        num_sequences = int((self.loss_tokens_of > 0).sum())
        match normalization:
            case "tokens":
                return self.num_loss_tokens
            case "sequences":
                return num_sequences
            case "constant":
                return num_sequences * max_length

    def token_weights(self, normalization: Normalization) -> NDArray[np.float32]:
        """Return what one loss token of each sequence weighs in the step's sum."""
        if normalization == "sequences":
            return (1.0 / np.maximum(self.loss_tokens_of, 1)).astype(np.float32)
        return np.ones(self.num_sequences, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedSequence:
    """One sequence before it is joined with others."""

    token_ids: NDArray[np.uint32]
    loss_mask: NDArray[np.bool_]
    behaviour: NDArray[np.float32]
    advantage: float = 1.0
    temperature: float = 1.0
    routes: NDArray[np.int16] | None = None
    age: int | None = None


def join(sequences: list[WeightedSequence]) -> StepSequences:
    """Lay sequences end to end; empty ones have no place here."""
    assert sequences, "a step needs at least one sequence"
    assert all(len(sequence.token_ids) for sequence in sequences), "an empty sequence"
    lengths = [len(sequence.token_ids) for sequence in sequences]
    return StepSequences(
        token_ids=np.concatenate([sequence.token_ids for sequence in sequences]),
        loss_mask=np.concatenate([sequence.loss_mask for sequence in sequences]),
        behaviour=np.concatenate([sequence.behaviour for sequence in sequences]),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        advantages=np.array([sequence.advantage for sequence in sequences], np.float32),
        temperatures=np.array([sequence.temperature for sequence in sequences], np.float32),
        routes=_join_routes(sequences),
        ages=_join_ages(sequences),
    )


def _join_routes(sequences: list[WeightedSequence]) -> NDArray[np.int16] | None:
    """Return all routes end to end; those of a sequence that has none are unknown."""
    shapes = {one.routes.shape[1:] for one in sequences if one.routes is not None}
    if len(shapes) != 1:
        # None was told, or they are of different models: none can be replayed.
        return None
    shape = shapes.pop()
    return np.concatenate(
        [
            np.full((len(one.token_ids), *shape), -1, np.int16)
            if one.routes is None
            else one.routes
            for one in sequences
        ]
    )


def _join_ages(sequences: list[WeightedSequence]) -> NDArray[np.int64] | None:
    ages = [one.age for one in sequences if one.age is not None]
    return np.array(ages, np.int64) if len(ages) == len(sequences) else None


def select(step: StepSequences, indices: list[int]) -> StepSequences:
    """Return the chosen sequences, in the order of `indices`; one may be chosen twice."""
    return join(
        [
            WeightedSequence(
                token_ids=step.token_ids[start:end],
                loss_mask=step.loss_mask[start:end],
                behaviour=step.behaviour[start:end],
                advantage=float(step.advantages[index]),
                temperature=float(step.temperatures[index]),
                routes=None if step.routes is None else step.routes[start:end],
                age=None if step.ages is None else int(step.ages[index]),
            )
            for index in indices
            for start, end in [(int(step.offsets[index]), int(step.offsets[index + 1]))]
        ]
    )
