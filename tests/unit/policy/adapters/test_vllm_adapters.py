"""LoRA adapters as versions of a model behind vLLM servers."""

import asyncio
import json

import pytest

from seawright_policy.adapters.torch_engine import TorchEngine, TorchOptions
from seawright_shared.errors import ConflictError, InvalidRequestError, UnavailableError
from tests.support.fake_vllm import FakeVllm
from tests.unit.policy.adapters.test_vllm_engine import folder, opened, order, until, version

__all__ = ["folder"]


@pytest.fixture
def adapter(tmp_path):
    made = tmp_path / "adapter"
    made.mkdir()
    (made / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": "gone", "r": 8})
    )
    return made


async def published(engine, number, at):
    await engine.load(version(number, at))
    await engine.switch(version(number, at))


async def test_an_adapter_is_loaded_when_prepared_and_used_when_committed(folder, adapter):
    servers = FakeVllm(), FakeVllm()
    async with opened(folder, *servers) as engine:
        await engine.load(version(2, adapter))
        assert all(list(one.adapters.values()) == [str(adapter)] for one in servers)
        before = await engine.sample(order(version=1))
        await engine.switch(version(2, adapter))
        after = await engine.sample(order(version=2))
        assert (before.versions, after.versions) == ([1] * 5, [2] * 5)
        asked = [one for server in servers for one in server.turns]
        assert [one.get("model") for one in asked] == [None, next(iter(servers[0].adapters))]
        assert engine.pause_seconds == 0
        assert [len(one.folders) for one in servers] == [1, 1]


async def test_turns_under_way_end_with_the_adapter_they_began_with(folder, adapter):
    server = FakeVllm(token_seconds=0.02)
    async with opened(folder, server) as engine:
        await published(engine, 2, adapter)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(engine.sample(order(version=2)))
            await until(lambda: server.num_open == 1)
            await published(engine, 3, adapter)
            await engine.drop("m", 2)
        assert task.result().versions == [2] * 5
        assert [name.split("-")[0] for name in server.adapters] == ["m@3"]
        assert (await engine.sample(order(version=3))).versions == [3] * 5


async def test_a_server_that_comes_back_loads_weights_and_adapter_anew(folder, adapter):
    server = FakeVllm()
    async with opened(folder, server, watch_seconds=0.05) as engine:
        await published(engine, 2, adapter)
        server.restart()
        assert (await engine.sample(order(version=2))).versions == [2] * 5
        assert list(server.adapters.values()) == [str(adapter)]


async def test_a_server_that_lost_the_adapter_alone_gives_no_turn_without_it(folder, adapter):
    server = FakeVllm()
    async with opened(folder, server, watch_seconds=0.05) as engine:
        await published(engine, 2, adapter)
        server.adapters.clear()
        assert (await engine.sample(order(version=2))).versions == [2] * 5
        assert all("model" in one for one in server.turns)


async def test_an_adapter_that_no_server_can_load_is_refused(folder, adapter):
    wrong = adapter.rename(adapter.with_name("unreadable"))
    async with opened(folder, FakeVllm()) as engine:
        with pytest.raises(UnavailableError, match="max_lora_rank"):
            await engine.load(version(2, wrong))
        assert (await engine.sample(order(version=1))).versions == [1] * 5


async def test_new_whole_weights_end_the_adapters_over_the_old_ones(folder, adapter):
    server = FakeVllm(token_seconds=0.02)
    async with opened(folder, server, drain_seconds=0) as engine:
        await published(engine, 2, adapter)
        await engine.load(version(3, adapter))
        turn = asyncio.ensure_future(engine.sample(order(version=2)))
        await until(lambda: server.num_open == 1)
        await published(engine, 4, folder)
        with pytest.raises(UnavailableError, match="changed meanwhile"):
            await turn
        with pytest.raises(ConflictError, match="no longer serves"):
            await engine.switch(version(3, adapter))
        assert (await engine.sample(order(version=4))).versions == [4] * 5


async def test_an_adapter_over_other_weights_is_refused(folder, adapter, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (adapter / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": str(other)})
    )
    async with opened(folder, FakeVllm()) as engine:
        with pytest.raises(InvalidRequestError, match="is an adapter over"):
            await engine.load(version(2, adapter))


async def test_the_torch_engine_refuses_adapters_and_says_what_to_do(adapter):
    async with TorchEngine(TorchOptions()) as engine:
        with pytest.raises(InvalidRequestError, match="merge it"):
            await engine.load(version(0, adapter))
