"""Turn an SFT dataset into token sequences, once per run."""

from dataclasses import dataclass

import numpy as np

from seawright_shared.contracts.policy import RenderingRequest
from seawright_shared.errors import InvalidRequestError
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
        dialogues = await self.rollouts.dialogues(spec.dataset_id)
        vocabulary = (await self.weights.limits(spec.model.uri)).vocabulary
        kept: list[WeightedSequence] = []
        num_too_long = num_without_loss = num_unreadable = 0
        for start in range(0, len(dialogues), DIALOGUES_PER_CALL):
            request = RenderingRequest(
                model=spec.model.name,
                dialogues=dialogues[start : start + DIALOGUES_PER_CALL],
                role=spec.role,
            )
            for trace in await self.policy.renderings(request):
                if not trace.loss_mask[1:].any():
                    num_without_loss += 1
                    continue
                if int(trace.token_ids.max()) >= vocabulary:
                    num_unreadable += 1
                    continue
                for part in split_targets(_sequence(trace), spec.targets):
                    fits = len(part.token_ids) <= spec.batch.max_length
                    num_too_long += not fits
                    kept += [part] if fits else []
        if not kept:
            raise InvalidRequestError(
                f"nothing of dataset {spec.dataset_id} can be trained on: of {len(dialogues)} "
                f"dialogues {num_too_long} are longer than max_length "
                f"{spec.batch.max_length} tokens and {num_without_loss} carry no loss, "
                f"{num_unreadable} have token ids beyond the model's vocabulary"
            )
        reference = await self.batches.put(StepBatch(sequences=join(kept)))
        counts = {
            "dialogues": len(dialogues),
            "kept": len(kept),
            "too_long": num_too_long,
            "without_loss": num_without_loss,
            "unreadable": num_unreadable,
            "tokens": sum(len(sequence.token_ids) for sequence in kept),
        }
        await self.runs.remember_rendering(run.shown.id, reference, counts)


def _sequence(trace: TokenTrace) -> WeightedSequence:
    return WeightedSequence(
        token_ids=trace.token_ids,
        loss_mask=trace.loss_mask,
        behaviour=np.zeros(len(trace), np.float32),
    )
