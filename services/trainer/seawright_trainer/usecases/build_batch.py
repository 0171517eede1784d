"""Build what one optimizer step trains on."""

from dataclasses import dataclass

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.stores.traces import TokenTrace, samples_of
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.epochs import mixed_indices, step_indices
from seawright_trainer.core.filtering import WeightedMember, judge_age, reward_metrics, weigh_step
from seawright_trainer.core.model_folders import Weights
from seawright_trainer.core.ports import Batches, Groups, StoredBatch
from seawright_trainer.core.sequences import WeightedSequence, join, select
from seawright_trainer.core.training_runs import RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBatch:
    """A stored batch and the groups it takes (none for SFT)."""

    stored: StoredBatch
    group_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Why there is no batch yet."""

    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildBatch:
    """SFT: a pure function of the step. GRPO: the oldest groups that are fresh enough."""

    groups: Groups
    batches: Batches
    weights: Weights

    async def __call__(self, run: RunState, step: int) -> BuiltBatch | Shortage:
        """Return the batch of `step`, or say what is missing."""
        return await (self._sft(run, step) if run.spec.kind == "sft" else self._grpo(run))

    async def _sft(self, run: RunState, step: int) -> BuiltBatch | Shortage:
        if run.rendering is None:
            return Shortage(missing="the rendered dataset")
        whole = await self.batches.get(run.rendering)
        per_step, seed = run.spec.batch.tasks_per_step, run.spec.seed
        if run.spec.mix is None:
            num_items = whole.sequences.num_sequences
            indices = step_indices(num_items=num_items, per_step=per_step, step=step, seed=seed)
        else:
            indices = mixed_indices(
                whole.domains, run.spec.mix, per_step=per_step, step=step, seed=seed
            )
        batch = StepBatch(sequences=select(whole.sequences, indices))
        reference = await self.batches.put(batch)
        return BuiltBatch(stored=StoredBatch(reference=reference, episode_ids=()))

    async def _grpo(self, run: RunState) -> BuiltBatch | Shortage:
        spec = run.spec
        fresh: list[RolloutGroup] = []
        for group in await self.groups.ready(run.shown.id):
            age = judge_age(
                group, version=run.shown.version, max_staleness=spec.algorithm.max_staleness
            )
            if age == "useful":
                fresh.append(group)
            else:
                await self.groups.drop(run.shown.id, group.id, age)
        wanted = spec.batch.tasks_per_step
        if len(fresh) < wanted:
            return Shortage(missing=f"rollout groups: {len(fresh)} of {wanted} are ready")
        taken = fresh[:wanted]
        vocabulary = (await self.weights.limits(spec.model.uri)).vocabulary
        sequences: list[WeightedSequence] = []
        num_rejected = 0
        episode_ids: list[str] = []
        for weighed in weigh_step(taken, spec.algorithm, max_length=spec.batch.max_length):
            assert weighed.judgement == "useful", "judged on arrival"
            episode_ids += [member.episode_id for member in weighed.members]
            for member in weighed.members:
                for one in await self._sequences(member, run.shown.version):
                    is_readable = int(one.token_ids.max(initial=0)) < vocabulary
                    num_rejected += not is_readable
                    sequences += [one] if is_readable else []
        if not sequences:
            raise InvalidRequestError(
                "all rollouts of a step were cut off or are longer than max_length "
                f"{spec.batch.max_length}, or have token ids beyond the vocabulary of {vocabulary}"
            )
        arrived = await self.groups.arrived(run.shown.id, max(group.sequence for group in taken))
        joined = join(sequences)
        batch = StepBatch(
            sequences=joined,
            episode_ids=tuple(episode_ids),
            metrics={
                **reward_metrics(arrived, spec.algorithm),
                "rejected_sequences": float(num_rejected),
                "rejected_tokens": float(joined.num_not_finite),
            },
        )
        reference = await self.batches.put(batch)
        return BuiltBatch(
            stored=StoredBatch(reference=reference, episode_ids=batch.episode_ids),
            group_ids=tuple(group.id for group in taken),
        )

    async def _sequences(self, member: WeightedMember, version: int) -> list[WeightedSequence]:
        """Return the samples of a trajectory, one where its template never wrote a context anew."""
        trace = await self.batches.trace(member.trace)
        return [
            WeightedSequence(
                token_ids=sample.token_ids,
                loss_mask=sample.loss_mask,
                behaviour=sample.logprobs,
                advantage=member.advantage,
                temperature=sample.temperature,
                routes=sample.routes,
                age=max(0, version - _oldest(sample, version)),
            )
            for sample in samples_of(trace)
        ]


def _oldest(sample: TokenTrace, version: int) -> int:
    """Return the version of a sample's oldest token; of none, the one that is trained."""
    return int(sample.versions[sample.loss_mask].min(initial=version))
