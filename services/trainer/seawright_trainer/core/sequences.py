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
    )


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
            )
            for index in indices
            for start, end in [(int(step.offsets[index]), int(step.offsets[index + 1]))]
        ]
    )
