"""Laws of the rendered dataset (edge case 18): what is left out is counted, not cut."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from seawright_shared.contracts.policy import PublishRequest, RenderingRequest, ServedModel
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.specs import BatchSpec, MixSpec
from seawright_shared.stores.traces import TokenTrace
from seawright_trainer.core.batches import StepBatch
from seawright_trainer.core.model_folders import ModelLimits
from seawright_trainer.core.targets import Targets
from seawright_trainer.usecases.render_dataset import RenderDataset
from tests.unit.trainer.usecases.test_publish_version import SPEC, run_at

LONGEST = 16


def trace(num: int, *, has_loss: bool = True) -> TokenTrace:
    return TokenTrace(
        token_ids=np.arange(num, dtype=np.uint32),
        logprobs=np.zeros(num, np.float32),
        loss_mask=np.arange(num) > 0 if has_loss else np.arange(num) == 0,
        versions=np.full(num, -1, np.int32),
    )


@dataclass
class World:
    """The ports of rendering: one dialogue per trace."""

    traces: list[TokenTrace]
    domains: list[str]
    stored: list[StepBatch] = field(default_factory=list[StepBatch])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    async def dialogues(self, dataset_id: str) -> list[Dialogue]:
        plain = {"task_id": "t", "trajectory_id": "j", "system": "", "tools": [], "messages": []}
        return [
            Dialogue.model_validate({**plain, "id": str(index), "domain": domain})
            for index, domain in enumerate(self.domains)
        ]

    async def renderings(self, request: RenderingRequest) -> list[TokenTrace]:
        return [self.traces[int(dialogue.id)] for dialogue in request.dialogues]

    async def put(self, batch: StepBatch) -> str:
        self.stored.append(batch)
        return "sha256:batch"

    async def remember_rendering(
        self, run_id: str, reference: str, counts: Mapping[str, int]
    ) -> None:
        self.counts = dict(counts)

    async def limits(self, uri: str) -> ModelLimits:
        return ModelLimits(context_length=64, vocabulary=32)

    async def served(self, name: str) -> ServedModel | None:
        raise AssertionError("not asked here")

    async def publish(self, name: str, version: int, request: PublishRequest) -> ServedModel:
        raise AssertionError("not asked here")


async def render(
    traces: list[TokenTrace],
    targets: Targets = "dialogue",
    *,
    domains: list[str] | None = None,
    mix: MixSpec | None = None,
) -> World:
    world = World(traces, domains=domains or [""] * len(traces))
    state = run_at(0)
    spec = SPEC.model_copy(
        update={
            "kind": "sft",
            "batch": BatchSpec(max_length=LONGEST, token_budget=64),
            "targets": targets,
            "mix": mix,
        }
    )
    state = replace(state, shown=state.shown.model_copy(update={"spec": spec}))
    # One object plays all five ports; each has more methods than rendering calls.
    ports: Any = world
    await RenderDataset(runs=ports, rollouts=ports, policy=ports, batches=ports, weights=ports)(
        state
    )
    return world


async def test_a_dialogue_over_the_limit_is_dropped_whole_and_counted():
    world = await render([trace(LONGEST), trace(LONGEST + 1), trace(3), trace(4, has_loss=False)])
    assert world.stored[0].sequences.lengths == [LONGEST, 3]
    assert world.counts == {
        "dialogues": 4,
        "other_domains": 0,
        "kept": 2,
        "too_long": 1,
        "without_loss": 1,
        "unreadable": 0,
        "tokens": LONGEST + 3,
    }


async def test_a_dataset_of_which_nothing_is_left_is_refused_with_the_counts():
    with pytest.raises(InvalidRequestError, match=r"1 are longer .* 16 tokens and 1 carry no loss"):
        await render([trace(LONGEST + 1), trace(4, has_loss=False)])


async def test_a_dialogue_with_ids_beyond_the_vocabulary_is_left_out_and_counted():
    unreadable = replace(trace(4), token_ids=np.array([1, 2, 32, 3], np.uint32))
    world = await render([trace(3), unreadable])
    assert world.stored[0].sequences.lengths == [3]
    assert world.counts["unreadable"] == 1


async def test_turn_by_turn_the_short_turns_of_a_long_dialogue_are_kept():
    long = replace(trace(LONGEST + 4), loss_mask=np.isin(np.arange(LONGEST + 4), [2, 3, 7, 18]))
    world = await render([long], "turns")
    assert world.stored[0].sequences.lengths == [4, 8]
    assert world.counts["too_long"] == 1


MIX = MixSpec(weights={"retail": 2, "airline": 1})


async def test_domains_that_are_mixed_are_kept_with_their_names_and_others_are_counted():
    traces = [trace(3), trace(4), trace(5), trace(LONGEST + 1), trace(6)]
    domains = ["airline", "telecom", "retail", "retail", "airline"]
    world = await render(traces, domains=domains, mix=MIX)
    assert world.stored[0].sequences.lengths == [3, 5, 6]
    assert world.stored[0].domains == ("airline", "retail", "airline")
    kept = {name: num for name, num in world.counts.items() if name.startswith("kept")}
    assert kept == {"kept": 3, "kept_airline": 2, "kept_retail": 1}
    assert (world.counts["dialogues"], world.counts["other_domains"]) == (4, 1)


@pytest.mark.parametrize(
    ("domains", "said"),
    [
        (["retail", "telecom"], "no dialogue of airline; its domains: retail, telecom"),
        (["", ""], "none that is named"),
    ],
)
async def test_a_domain_without_dialogues_is_refused_by_name(domains: list[str], said: str):
    with pytest.raises(InvalidRequestError, match=said) as refused:
        await render([trace(3), trace(4)], domains=domains, mix=MIX)
    assert [fault.pointer for fault in refused.value.errors] == ["/mix/weights"]


async def test_a_domain_of_which_nothing_is_left_is_refused_with_the_counts():
    with pytest.raises(InvalidRequestError, match=r"nothing of airline .* 1 are longer"):
        await render([trace(3), trace(LONGEST + 1)], domains=["retail", "airline"], mix=MIX)
