"""Laws of a step's batch: what cannot be read is left out and counted, never trained on."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.rollouts import GroupMember, RolloutGroup
from seawright_shared.records.specs import BatchSpec, MixSpec
from seawright_shared.records.trajectories import StopReason
from seawright_shared.stores.traces import TokenTrace
from seawright_trainer.adapters.batch_codec import decode_batch, encode_batch
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.model_folders import ModelLimits
from seawright_trainer.core.sequences import WeightedSequence, join
from seawright_trainer.usecases.build_batch import BuildBatch, BuiltBatch
from tests.unit.trainer.usecases.test_publish_version import SPEC, run_at

VOCABULARY = 32
VERSION = 3


def trace(*ids: int, logprob: float = -1.0, versions: tuple[int, int] = (1, 3)) -> TokenTrace:
    return TokenTrace(
        token_ids=np.array(ids, np.uint32),
        logprobs=np.array([0.0, -1.0, logprob], np.float32),
        loss_mask=np.array([0, 1, 1], np.bool_),
        versions=np.array([-1, *versions], np.int32),
    )


@dataclass
class World:
    """The ports of building: one trace per member."""

    traces: dict[str, TokenTrace]
    stored: list[StepBatch] = field(default_factory=list[StepBatch])

    def group(self) -> RolloutGroup:
        members = [
            GroupMember(
                episode_id=name,
                reward=float(index % 2),
                trace=name,
                num_tokens=3,
                num_loss_tokens=2,
                min_version=1,
                max_version=VERSION,
                stop_reason=StopReason.USER_STOP,
            )
            for index, name in enumerate(self.traces)
        ]
        return RolloutGroup(id="g", stream_id="s", sequence=1, task_id="t", members=members)

    async def ready(self, run_id: str) -> list[RolloutGroup]:
        return [self.group()]

    async def arrived(self, run_id: str, upto: int) -> list[RolloutGroup]:
        return [self.group()]

    async def trace(self, reference: str) -> TokenTrace:
        return self.traces[reference]

    async def put(self, batch: StepBatch) -> str:
        self.stored.append(batch)
        return "sha256:batch"

    async def limits(self, uri: str) -> ModelLimits:
        return ModelLimits(context_length=64, vocabulary=VOCABULARY)


async def build(*traces: TokenTrace) -> StepBatch:
    world = World({f"ep_{index}": one for index, one in enumerate(traces)})
    state = run_at(VERSION)
    batch = BatchSpec(tasks_per_step=1, group_size=2, max_length=16, token_budget=64)
    spec = SPEC.model_copy(update={"kind": "grpo", "batch": batch})
    state = replace(state, shown=state.shown.model_copy(update={"spec": spec, "version": VERSION}))
    # One object plays all three ports; each has more methods than building calls.
    built = await BuildBatch(groups=world, batches=world, weights=world)(state, 1)  # pyright: ignore[reportArgumentType]
    assert isinstance(built, BuiltBatch)
    return world.stored[0]


async def test_ids_beyond_the_vocabulary_are_left_out_and_counted():
    batch = await build(trace(1, 2, 3), trace(1, VOCABULARY, 3))
    assert batch.sequences.token_ids.tolist() == [1, 2, 3]
    assert batch.metrics["rejected_sequences"] == 1.0
    assert batch.episode_ids == ("ep_0", "ep_1"), "both are used up"


async def test_a_step_of_which_nothing_can_be_read_is_refused_with_the_reason():
    with pytest.raises(InvalidRequestError, match="beyond the vocabulary of 32"):
        await build(trace(1, 99, 3), trace(1, 2, 99))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
async def test_log_probs_that_are_no_numbers_are_counted_and_carry_no_loss(bad: float):
    batch = await build(trace(1, 2, 3, logprob=bad), trace(4, 5, 6))
    assert batch.metrics["rejected_tokens"] == 1.0
    assert batch.sequences.num_loss_tokens == 3


async def test_a_sequence_is_as_old_as_its_oldest_token():
    batch = await build(trace(1, 2, 3, versions=(2, 3)), trace(4, 5, 6, versions=(3, 3)))
    assert batch.sequences.ages is not None
    assert batch.sequences.ages.tolist() == [1, 0]


async def test_an_sft_step_has_domains_by_their_weights():
    whole = StepBatch(
        sequences=join(
            [
                WeightedSequence(
                    token_ids=np.full(3, index, np.uint32),
                    loss_mask=np.array([False, True, True]),
                    behaviour=np.zeros(3, np.float32),
                )
                for index in range(10)
            ]
        ),
        domains=("retail",) * 7 + ("airline",) * 3,
    )
    world = World({})

    async def rendered(reference: str) -> StepBatch:
        return decode_batch(encode_batch(whole))

    batch = BatchSpec(tasks_per_step=4, group_size=2, max_length=16, token_budget=64)
    mix = MixSpec(weights={"airline": 3, "retail": 1})
    spec = SPEC.model_copy(update={"kind": "sft", "batch": batch, "mix": mix})
    state = run_at(VERSION)
    state = replace(state, rendering="r", shown=state.shown.model_copy(update={"spec": spec}))
    ports: Any = SimpleNamespace(get=rendered, put=world.put)
    for step in (1, 2, 3):
        assert isinstance(
            await BuildBatch(groups=ports, batches=ports, weights=ports)(state, step), BuiltBatch
        )
    for stored in world.stored:
        drawn = [int(stored.sequences.token_ids[start]) for start in stored.sequences.offsets[:-1]]
        assert sorted(index >= 7 for index in drawn) == [False, True, True, True]
