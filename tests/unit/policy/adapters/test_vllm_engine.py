import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from seawright_policy.adapters.vllm_engine import VllmEngine, VllmOptions
from seawright_policy.adapters.vllm_fleet import FleetOptions
from seawright_policy.core.replicas import Bounds
from seawright_policy.core.turns import SampledTurn, TurnOrder
from seawright_shared.errors import DeadlineError, InvalidRequestError, UnavailableError
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.trajectories import Sampling
from tests.support.fake_vllm import FakeVllm, served

END = 7


def order(
    seed: int = 1, *, session: str = "s", max_tokens: int = 50, version: int = 1, **sampling
) -> TurnOrder:
    return TurnOrder(
        model="m",
        version=version,
        token_ids=[1, 2, 3],
        cuts=[2],
        sampling=Sampling(max_tokens=max_tokens, seed=seed, **sampling),
        end_id=END,
        num_tokens=100,
        session=session,
    )


def version(number: int, folder) -> PolicyVersion:
    return PolicyVersion(model="m", version=number, uri=str(folder), sha256=f"{number:064d}")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text('{"max_position_embeddings": 2048}')
    return tmp_path


@asynccontextmanager
async def opened(folder, *servers: FakeVllm, call_seconds: float = 20.0, **fleet: Any):
    """Serve the fakes and open an engine over them that has published version 1."""
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(served(server)) for server in servers]
        quick: dict[str, Any] = {"watch_seconds": 0.05, "drain_seconds": 0.05, "start_seconds": 5}
        options = FleetOptions(urls=urls, **{**quick, **fleet})
        engine = await stack.enter_async_context(
            VllmEngine(VllmOptions(fleet=options, call_seconds=call_seconds))
        )
        await engine.load(version(1, folder))
        await until(lambda: all(one.state == "ready" for one in engine.replicas))
        await engine.switch(version(1, folder))
        yield engine


# What is waited for happens in a server, which has no event of ours.
async def until(is_so: Callable[[], bool], seconds: float = 25.0) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def sampled(engine: VllmEngine, count: int, **fields) -> list[SampledTurn]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(engine.sample(order(at, **fields))) for at in range(count)]
    return [task.result() for task in tasks]


async def test_a_turn_is_what_the_server_sampled_token_by_token(folder):
    server = FakeVllm()
    async with opened(folder, server) as engine:
        told: list[int] = []
        whole = await engine.sample(order())
        streamed = await engine.sample(order(), told.append)
    assert whole == streamed
    assert told == whole.token_ids
    assert (len(told), told[-1], whole.finish) == (5, END, "stop")
    assert whole.versions == [1] * 5
    assert all(one < 0 for one in whole.logprobs)
    asked = server.turns[0]
    assert asked["token_ids"] == [1, 2, 3]
    assert asked["sampling_params"]["stop_token_ids"] == [END]
    assert asked["sampling_params"]["seed"] == 1


async def test_a_turn_ends_by_length_and_by_the_contexts_end(folder):
    async with opened(folder, FakeVllm(context_length=8, num_tokens=9)) as engine:
        assert (await engine.sample(order(max_tokens=2))).finish == "length"
        full = await engine.sample(order())
        assert (full.finish, len(full.token_ids)) == ("context_full", 5)
        long = order()
        object.__setattr__(long, "token_ids", list(range(10, 18)))
        assert await engine.sample(long) == SampledTurn(
            token_ids=[], logprobs=[], versions=[], finish="context_full"
        )


REFUSED = {
    "garbage": "none",
    "drops log-probs": "0 log-probs for 5 tokens",
    "drops one log-prob": "4 log-probs for 5 tokens",
    "says -9999": "the log-prob -9999",
    "is too certain": "the log-prob 0.5",
    "leaves the vocabulary": "token 100, outside the vocabulary of 100",
    "aborts": "finished by 'abort'",
    "says nothing": "no token",
    "forgets its weights": "weight versions for 0 of 5",
}


@pytest.mark.parametrize("fault", REFUSED)
async def test_a_reply_that_cannot_be_trained_on_is_refused_as_a_fault(folder, fault):
    server = FakeVllm()
    async with opened(folder, server) as engine:
        server.fault = fault
        with pytest.raises(UnavailableError, match=r"reply was refused.*" + REFUSED[fault]):
            await engine.sample(order())
        assert len(server.turns) == 1
        server.fault = None
        assert (await engine.sample(order())).finish == "stop"


async def test_a_turn_that_hangs_ends_at_its_deadline_and_is_aborted_there(folder):
    server = FakeVllm()
    async with opened(folder, server, call_seconds=0.2) as engine:
        server.fault = "hangs"
        with pytest.raises(DeadlineError):
            await engine.sample(order())
        await until(lambda: server.num_aborted == 1)
        assert engine.load_of() == (0, 0)


async def test_a_caller_who_leaves_aborts_his_turn(folder):
    server = FakeVllm(token_seconds=0.01, num_tokens=1000)
    async with opened(folder, server) as engine:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(engine.sample(order(max_tokens=1000)))
            await until(lambda: server.num_open == 1)
            task.cancel()
        await until(lambda: server.num_open == 0)
        assert server.num_aborted == 1
        assert engine.load_of() == (0, 0)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("garbage in mid-stream", "reply was refused"),
        ("fails in mid-stream", "failed in mid-turn: engine is dead"),
        ("dies", "cannot be reached|broke off"),
    ],
)
async def test_a_stream_that_goes_wrong_in_the_middle_is_a_fault_and_no_turn(folder, fault, reason):
    server = FakeVllm()
    async with opened(folder, server) as engine:
        server.fault = fault
        told: list[int] = []
        with pytest.raises(UnavailableError, match=reason):
            await engine.sample(order(), told.append)
        assert 0 < len(told) < 5
        assert len(server.turns) == 1
        assert engine.load_of() == (0, 0)


async def test_a_stream_that_hangs_in_the_middle_ends_at_its_deadline_and_is_aborted(folder):
    server = FakeVllm()
    async with opened(folder, server, call_seconds=0.3) as engine:
        server.fault = "hangs in mid-stream"
        told: list[int] = []
        with pytest.raises(DeadlineError):
            await engine.sample(order(), told.append)
        assert len(told) == 2
        await until(lambda: server.num_aborted == 1)
        assert engine.load_of() == (0, 0)


async def test_a_turn_of_weights_that_nobody_published_is_sampled_by_another_replica(folder):
    servers = FakeVllm(), FakeVllm()
    async with opened(folder, *servers) as engine:
        expected = await engine.sample(order())
        first = next(one for one in servers if one.turns)
        first.fault = "has old weights"
        assert await engine.sample(order()) == expected
        assert engine.load_of() == (0, 0)


async def test_a_server_that_always_has_old_weights_gives_no_turn(folder):
    server = FakeVllm()
    async with opened(folder, server) as engine:
        server.fault = "has old weights"
        with pytest.raises(UnavailableError, match="sampled with weights 'x'"):
            await engine.sample(order())
        server.fault = None
        assert (await engine.sample(order())).versions == [1] * 5


@pytest.mark.parametrize("fault", ["fails", "dies"])
async def test_a_turn_is_sampled_by_another_replica_while_none_of_it_was_told(folder, fault):
    servers = FakeVllm(), FakeVllm()
    async with opened(folder, *servers) as engine:
        expected = await engine.sample(order())
        first = next(one for one in servers if one.turns)
        first.fault = fault
        assert await engine.sample(order()) == expected
        assert [len(one.turns) for one in servers if one is not first] == [1]


async def test_a_turn_that_was_partly_told_is_not_sampled_again(folder):
    servers = FakeVllm(fault="dies"), FakeVllm(fault="dies")
    async with opened(folder, *servers) as engine:
        told: list[int] = []
        with pytest.raises(UnavailableError):
            await engine.sample(order(), told.append)
        assert len(told) == 2
        assert sum(len(one.turns) for one in servers) == 1


async def test_a_server_that_no_longer_generates_loses_its_turns_to_others(folder):
    servers = FakeVllm(), FakeVllm()
    async with opened(folder, *servers, health_seconds=0.15) as engine:
        expected = await engine.sample(order())
        first = next(one for one in servers if one.turns)
        first.fault = "deaf"
        assert await engine.sample(order()) == expected
        await until(lambda: sorted(one.state for one in engine.replicas) == ["ejected", "ready"])
        first.fault = None
        await until(lambda: all(one.state == "ready" for one in engine.replicas))


async def test_a_server_that_comes_back_with_old_weights_reads_the_current_ones_first(folder):
    server = FakeVllm()
    async with opened(folder, server, watch_seconds=0.1) as engine:
        await engine.switch(version(2, folder))
        label = server.label
        server.restart()
        turn = await engine.sample(order())
        assert turn.versions == [2] * 5
        assert server.label == label
        assert len(server.folders) == 3


async def test_a_replica_that_is_late_joins_at_the_current_version(folder):
    late = FakeVllm(is_dead=True)
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(served(one)) for one in (FakeVllm(), late)]
        fleet = FleetOptions(urls=urls, watch_seconds=0.02, start_seconds=5)
        engine = await stack.enter_async_context(VllmEngine(VllmOptions(fleet=fleet)))
        await engine.load(version(1, folder))
        await engine.switch(version(1, folder))
        await engine.switch(version(2, folder))
        assert [one.state for one in engine.replicas] == ["ready", "ejected"]
        late.restart()
        await until(lambda: engine.replicas[1].state == "ready")
        assert late.label.startswith("m@2-")
        assert len(late.folders) == 1


async def test_weights_change_under_many_turns_and_none_is_lost(folder):
    servers = [FakeVllm(token_seconds=0.1, num_tokens=12) for _ in range(2)]
    bounds = Bounds(least=100, most=100)

    def are_drawing() -> bool:
        return sum(one.num_open for one in servers) == 200 and all(one.num_drawn for one in servers)

    async with opened(folder, *servers, bounds=bounds) as engine:
        for server in servers:
            server.num_drawn = 0
        async with asyncio.TaskGroup() as group:
            task = group.create_task(sampled(engine, 200, session="s"))
            await until(are_drawing)
            await engine.switch(version(2, folder))
        turns = task.result()
        assert len(turns) == 200
        assert all(turn.finish == "stop" and len(turn.token_ids) == 12 for turn in turns)
        assert all(turn.versions == sorted(turn.versions) for turn in turns)
        assert {one for turn in turns for one in turn.versions} == {1, 2}
        assert (await engine.sample(order())).versions == [2] * 12
        assert all(one.num_resets == 2 for one in servers)
        assert engine.pause_seconds > 0


async def test_turns_that_end_in_time_are_of_one_version(folder):
    server = FakeVllm(token_seconds=0.01)
    async with opened(folder, server, drain_seconds=5.0) as engine:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(sampled(engine, 4))
            await until(lambda: server.num_open == 4)
            await engine.switch(version(2, folder))
        assert [turn.versions for turn in task.result()] == [[1] * 5] * 4


async def test_a_publication_that_no_server_could_read_fails_and_the_old_weights_stay(folder):
    server = FakeVllm()
    async with opened(folder, server) as engine:
        server.is_deaf_to_updates = True
        with pytest.raises(UnavailableError, match="could read"):
            await engine.switch(version(2, folder))
        assert server.going.is_set()
        server.is_deaf_to_updates = False
        assert (await engine.sample(order())).versions == [1] * 5


async def test_one_server_that_cannot_read_new_weights_is_left_out(folder):
    servers = FakeVllm(), FakeVllm()
    async with opened(folder, *servers) as engine:
        servers[1].is_deaf_to_updates = True
        await engine.switch(version(2, folder))
        assert engine.replicas[0].state == "ready"
        turns = await sampled(engine, 8)
        assert {one for turn in turns for one in turn.versions} == {2}


async def test_a_server_stuck_in_new_weights_is_not_waited_for(folder):
    servers = FakeVllm(), FakeVllm()
    async with opened(folder, *servers, late_seconds=0.1) as engine:
        servers[1].is_stuck_in_updates = True
        await engine.switch(version(2, folder))
        assert [one.state for one in engine.replicas] == ["ready", "ejected"]
        assert (await engine.sample(order())).versions == [2] * 5
        servers[1].is_stuck_in_updates = False
        await until(lambda: engine.replicas[1].state == "ready")
        assert servers[1].label == servers[0].label


async def test_a_server_that_has_the_weights_already_does_not_read_them_again(folder):
    server = FakeVllm()
    async with opened(folder, server) as engine:
        await engine.switch(version(1, folder))
        assert len(server.folders) == 1


async def test_a_server_that_names_its_caches_size_gets_all_turns_that_surely_fit(folder):
    server = FakeVllm(token_seconds=0.05, capacity_blocks=1000)
    async with opened(folder, server, watch_seconds=0.05, bounds=Bounds(most=200)) as engine:
        await until(lambda: engine.replicas[0].capacity_tokens == 16000)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(sampled(engine, 100))
            await until(lambda: server.num_open == 100)
            assert engine.load_of() == (100, 0)
        assert len(task.result()) == 100
        assert engine.replicas[0].num_open_tokens == 0


async def test_turns_that_wait_are_served_in_order_and_those_who_leave_lose_nothing(folder):
    server = FakeVllm(token_seconds=0.01)
    async with opened(folder, server, bounds=Bounds(least=1, most=1), watch_seconds=30) as engine:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(engine.sample(order(at))) for at in range(6)]
            await until(lambda: engine.load_of() == (1, 5))
            tasks[1].cancel()
            tasks[3].cancel()
        seeds = [one["sampling_params"]["seed"] for one in server.turns]
        assert seeds == [0, 2, 4, 5]
        assert engine.load_of() == (0, 0)
        assert engine.replicas[0].num_open_tokens == 0


async def test_a_session_stays_with_its_replica_and_sessions_spread(folder):
    servers = [FakeVllm() for _ in range(3)]
    async with opened(folder, *servers) as engine:
        for at in range(24):
            for turn in range(2):
                await engine.sample(order(turn, session=f"s{at}"))
        assert all(len(one.turns) >= 4 for one in servers)
        sessions = [set(one.sessions) - {""} for one in servers]
        assert sum(len(one) for one in sessions) == 24


async def test_turns_beyond_what_a_server_may_have_wait_and_are_all_sampled(folder):
    server = FakeVllm(token_seconds=0.001)
    async with opened(folder, server, bounds=Bounds(least=2, most=2), watch_seconds=30) as engine:
        most = 0

        async def look() -> None:
            nonlocal most
            while True:
                most = max(most, server.num_open)
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            watcher = group.create_task(look())
            turns = await sampled(engine, 30)
            watcher.cancel()
        assert len(turns) == 30
        assert most == 2
        assert engine.load_of() == (0, 0)


async def test_a_tight_cache_lets_fewer_turns_in(folder):
    server = FakeVllm()
    async with opened(folder, server) as engine:
        replica = engine.replicas[0]
        before = replica.limit
        server.cache_usage = 0.95
        await until(lambda: replica.limit == 4)
        assert before > 4


async def test_what_cannot_be_computed_again_or_served_is_refused(folder):
    async with opened(folder, FakeVllm()) as engine:
        with pytest.raises(InvalidRequestError, match="top_p"):
            await engine.sample(order(top_p=0.9))
        other = version(1, folder).model_copy(update={"model": "other"})
        with pytest.raises(InvalidRequestError, match="'m'"):
            await engine.load(other)
    with pytest.raises(InvalidRequestError, match="URL"):
        VllmEngine(VllmOptions(fleet=FleetOptions(urls=[])))


async def test_no_server_at_all_is_told_with_the_reason(folder):
    fleet = FleetOptions(urls=["http://127.0.0.1:9"], start_seconds=0.2, watch_seconds=0.02)
    async with VllmEngine(VllmOptions(fleet=fleet)) as engine:
        with pytest.raises(UnavailableError, match=r"no vLLM server works: .*cannot be reached"):
            await engine.load(version(1, folder))
