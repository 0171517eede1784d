import asyncio
import dataclasses
from pathlib import Path

import pytest
import torch
from transformers import Qwen3ForCausalLM

from seawright_policy.adapters.torch_engine import TorchEngine, TorchOptions
from seawright_policy.core.turns import TurnOrder
from seawright_shared.errors import InvalidRequestError, NotFoundError
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.trajectories import Sampling
from tests.support.policy_models import write_model

NO_END = 2622
"""Not in the vocabulary: turns end by length."""
CONTEXT = 512


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> list[Path]:
    root = tmp_path_factory.mktemp("models")
    for seed in (0, 1):
        write_model(root / str(seed), seed, context=CONTEXT)
    return [root / "0", root / "1"]


def version(folder: Path, number: int = 0) -> PolicyVersion:
    return PolicyVersion(model="tiny", version=number, uri=str(folder), sha256="")


def engine(num_slots: int = 8) -> TorchEngine:
    return TorchEngine(TorchOptions(dtype=torch.float32, num_slots=num_slots))


def order(token_ids: list[int], *, number: int = 0, end_id: int = NO_END, **sampling) -> TurnOrder:
    cuts = sampling.pop("cuts", [])
    return TurnOrder(
        model="tiny",
        version=number,
        token_ids=token_ids,
        cuts=cuts,
        sampling=Sampling(**{"max_tokens": 8, **sampling}),
        end_id=end_id,
    )


def prompt(seed: int, length: int) -> list[int]:
    made = torch.Generator().manual_seed(seed)
    return torch.randint(8, 2600, (length,), generator=made).tolist()


async def test_greedy_turns_and_log_probs_are_those_of_transformers(folders):
    model = Qwen3ForCausalLM.from_pretrained(folders[0], dtype=torch.float32)
    ids = prompt(3, 40)
    async with engine() as made:
        await made.load(version(folders[0]))
        turn = await made.sample(order(ids, temperature=0.0))
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[*ids, *turn.token_ids]])).logits[0, 39:-1]
    assert logits.argmax(-1).tolist() == turn.token_ids
    expected = torch.log_softmax(logits, -1).gather(-1, torch.tensor(turn.token_ids)[:, None])
    assert turn.logprobs == pytest.approx(expected[:, 0].tolist(), abs=1e-4)


async def test_log_probs_are_taken_at_the_sampling_temperature(folders):
    model = Qwen3ForCausalLM.from_pretrained(folders[0], dtype=torch.float32)
    ids = prompt(4, 20)
    async with engine() as made:
        await made.load(version(folders[0]))
        turn = await made.sample(order(ids, temperature=0.7, seed=5))
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[*ids, *turn.token_ids]])).logits[0, 19:-1]
    scores = torch.log_softmax(logits / 0.7, -1)
    expected = scores.gather(-1, torch.tensor(turn.token_ids)[:, None])[:, 0]
    assert turn.logprobs == pytest.approx(expected.tolist(), abs=1e-4)


async def test_a_turn_is_the_same_alone_in_company_and_from_the_cache(folders):
    orders = [order(prompt(at, 12 + 7 * at), seed=at, max_tokens=6 + 3 * at) for at in range(7)]
    async with engine() as made:
        await made.load(version(folders[0]))
        alone = [await made.sample(one) for one in orders]
    async with engine(num_slots=3) as made:
        await made.load(version(folders[0]))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(made.sample(one)) for one in orders]
        together = [task.result() for task in tasks]
    async with engine() as made:
        await made.load(version(folders[0]))
        await made.sample(order(orders[2].token_ids[:9], cuts=[9]))
        cut = dataclasses.replace(orders[2], cuts=[9])
        resumed = await made.sample(cut)
    assert [one.token_ids for one in together] == [one.token_ids for one in alone]
    assert resumed.token_ids == alone[2].token_ids
    assert together[4].logprobs == pytest.approx(alone[4].logprobs, abs=1e-4)


async def test_the_next_turn_is_the_same_from_the_cache_and_read_afresh(folders):
    async with engine() as made:
        await made.load(version(folders[0]))
        first = await made.sample(order(prompt(1, 30), cuts=[10]))
        grown = [*prompt(1, 30), *first.token_ids]
        following = order([*grown, 9, 9, 9], cuts=[10, len(grown) - 1])
        cached = await made.sample(following)
    async with engine() as fresh:
        await fresh.load(version(folders[0]))
        plain = await fresh.sample(order(following.token_ids))
    assert cached.token_ids == plain.token_ids
    assert cached.logprobs == pytest.approx(plain.logprobs, abs=1e-4)


async def test_the_cache_of_one_version_is_not_used_by_another(folders):
    ids = prompt(1, 30)
    async with engine() as made:
        await made.load(version(folders[0], 0))
        await made.load(version(folders[1], 1))
        old = await made.sample(order(ids, cuts=[20], temperature=0.0))
        new = await made.sample(order(ids, cuts=[20], number=1, temperature=0.0))
    async with engine() as fresh:
        await fresh.load(version(folders[1], 1))
        plain = await fresh.sample(order(ids, number=1, temperature=0.0))
    assert new.token_ids == plain.token_ids != old.token_ids
    assert (set(old.versions), set(new.versions)) == ({0}, {1})


async def test_a_turn_ends_at_the_end_token_at_its_length_or_at_the_context(folders):
    ids = prompt(5, 16)
    async with engine() as made:
        assert await made.load(version(folders[0])) == CONTEXT
        free = await made.sample(order(ids, temperature=0.0))
        assert (free.finish, len(free.token_ids)) == ("length", 8)
        ended = await made.sample(order(ids, temperature=0.0, end_id=free.token_ids[3]))
        at = free.token_ids.index(free.token_ids[3])
        assert (ended.finish, ended.token_ids) == ("stop", free.token_ids[: at + 1])
        brim = await made.sample(order(prompt(5, CONTEXT - 3)))
        assert (brim.finish, len(brim.token_ids)) == ("context_full", 3)
        full = await made.sample(order(prompt(5, CONTEXT)))
        assert (full.finish, full.token_ids) == ("context_full", [])


async def test_a_turn_finishes_with_the_version_it_began_with(folders):
    heard: list[int] = []
    began = asyncio.Event()

    def hear(token_id: int) -> None:
        heard.append(token_id)
        began.set()

    async with engine() as made:
        await made.load(version(folders[0]))
        async with asyncio.TaskGroup() as group:
            task = group.create_task(made.sample(order(prompt(1, 9), max_tokens=60), hear))
            await began.wait()
            await made.drop("tiny", 0)
        assert set(task.result().versions) == {0}
        assert len(task.result().token_ids) == 60
        assert heard == task.result().token_ids
        with pytest.raises(NotFoundError):
            await made.sample(order(prompt(1, 9)))


async def test_a_cancelled_turn_frees_its_slot(folders):
    heard: list[int] = []
    began = asyncio.Event()

    def hear(token_id: int) -> None:
        heard.append(token_id)
        began.set()

    async with engine(num_slots=1) as made:
        await made.load(version(folders[0]))
        task = asyncio.ensure_future(made.sample(order(prompt(1, 9), max_tokens=400), hear))
        await began.wait()
        task.cancel()
        done = await made.sample(order(prompt(2, 9)))
        assert len(done.token_ids) == 8
    assert len(heard) < 400


async def test_a_folder_without_a_model_is_refused(tmp_path):
    async with engine() as made:
        with pytest.raises(InvalidRequestError):
            await made.load(version(tmp_path))
