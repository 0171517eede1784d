"""Turn an SFT dataset into token sequences, once per run."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from seawright_shared.contracts.policy import RenderingRequest
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.specs import MixSpec, TrainingSpec
from seawright_shared.stores.traces import TokenTrace
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.model_folders import Weights
from seawright_trainer.core.ports import Batches, Policy, Rollouts, Runs
from seawright_trainer.core.sequences import WeightedSequence, join
from seawright_trainer.core.targets import split_targets
from seawright_trainer.core.training_runs import RunState

DIALOGUES_PER_CALL = 64
"""Few enough that one call stays well under the client's deadline on a slow CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderDataset:
    """The policy renders, so that training and sampling see the same tokens (promise 5)."""

    runs: Runs
    rollouts: Rollouts
    policy: Policy
    batches: Batches
    weights: Weights

    async def __call__(self, run: RunState) -> None:
        """Render all dialogues; what is too long, or cannot be read, is dropped and counted."""
        if run.rendering is not None:
            return
        spec = run.spec
        stored = await self.rollouts.dialogues(spec.dataset_id)
        dialogues = _wanted(stored, spec.mix)
        limits = await self.weights.limits(spec.model.uri)
        kept = _Kept(spec=spec, vocabulary=limits.vocabulary)
        for start in range(0, len(dialogues), DIALOGUES_PER_CALL):
            some = dialogues[start : start + DIALOGUES_PER_CALL]
            request = RenderingRequest(model=spec.model.name, dialogues=some, role=spec.role)
            traces = await self.policy.renderings(request)
            for dialogue, trace in zip(some, traces, strict=True):
                kept.add(trace, dialogue.domain)
        kept.refuse_empty(len(dialogues))
        domains = () if spec.mix is None else tuple(kept.domains)
        reference = await self.batches.put(
            StepBatch(sequences=join(kept.sequences), domains=domains)
        )
        counts = {
            "dialogues": len(dialogues),
            "other_domains": len(stored) - len(dialogues),
            "kept": len(kept.sequences),
            "too_long": kept.num_too_long,
            "without_loss": kept.num_without_loss,
            "unreadable": kept.num_unreadable,
            "tokens": sum(len(sequence.token_ids) for sequence in kept.sequences),
        }
        counts |= {f"kept_{name}": kept.domains.count(name) for name in sorted(set(domains))}
        await self.runs.remember_rendering(run.shown.id, reference, counts)


@dataclass(slots=True, kw_only=True)
class _Kept:
    """What can be trained on, and counts of what cannot."""

    spec: TrainingSpec
    vocabulary: int
    sequences: list[WeightedSequence] = field(default_factory=list[WeightedSequence])
    domains: list[str] = field(default_factory=list[str])
    """Of each sequence."""
    num_too_long: int = 0
    num_without_loss: int = 0
    num_unreadable: int = 0

    def add(self, trace: TokenTrace, domain: str) -> None:
        """Keep what can be trained on of one dialogue."""
        if not trace.loss_mask[1:].any():
            self.num_without_loss += 1
            return
        if int(trace.token_ids.max()) >= self.vocabulary:
            self.num_unreadable += 1
            return
        for part in split_targets(_sequence(trace), self.spec.targets):
            if len(part.token_ids) > self.spec.batch.max_length:
                self.num_too_long += 1
            else:
                self.sequences.append(part)
                self.domains.append(domain)

    def refuse_empty(self, num_dialogues: int) -> None:
        """Raise `InvalidRequestError` where nothing is left, of the whole or of a domain."""
        dropped = (
            f"{self.num_too_long} are longer than max_length {self.spec.batch.max_length} tokens "
            f"and {self.num_without_loss} carry no loss, {self.num_unreadable} have token ids "
            "beyond the model's vocabulary"
        )
        if not self.sequences:
            raise InvalidRequestError(
                f"nothing of dataset {self.spec.dataset_id} can be trained on: of {num_dialogues} "
                f"dialogues {dropped}"
            )
        missing = set(() if self.spec.mix is None else self.spec.mix.weights) - set(self.domains)
        if missing:
            detail = (
                f"nothing of {', '.join(sorted(missing))} can be trained on in dataset "
                f"{self.spec.dataset_id}: of its dialogues {dropped}"
            )
            fault = FieldError(pointer="/mix/weights", code="no-dialogues", detail=detail)
            raise InvalidRequestError(detail, errors=[fault])


def _wanted(dialogues: Sequence[Dialogue], mix: MixSpec | None) -> list[Dialogue]:
    """Return the dialogues of the domains that are mixed, or refuse those that have none."""
    if mix is None:
        return list(dialogues)
    there = {dialogue.domain for dialogue in dialogues}
    missing = sorted(set(mix.weights) - there)
    if missing:
        known = ", ".join(sorted(there - {""})) or "none that is named: make it anew"
        detail = f"the dataset has no dialogue of {', '.join(missing)}; its domains: {known}"
        fault = FieldError(pointer="/mix/weights", code="no-dialogues", detail=detail)
        raise InvalidRequestError(detail, errors=[fault])
    return [dialogue for dialogue in dialogues if dialogue.domain in mix.weights]


def _sequence(trace: TokenTrace) -> WeightedSequence:
    return WeightedSequence(
        token_ids=trace.token_ids,
        loss_mask=trace.loss_mask,
        behaviour=np.zeros(len(trace), np.float32),
    )
