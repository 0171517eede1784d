import torch

from seawright_policy.adapters.torch_cache import ParkedPrefixes
from seawright_policy.adapters.torch_lanes import Lane, Running
from seawright_policy.adapters.torch_weights import read_weights
from seawright_policy.core.turns import SampledTurn, TurnOrder
from seawright_shared.records.trajectories import Sampling
from tests.support.policy_models import write_model


def order(token_ids: list[int], cuts: list[int]) -> TurnOrder:
    return TurnOrder(
        model="tiny",
        version=0,
        token_ids=token_ids,
        cuts=cuts,
        sampling=Sampling(max_tokens=3),
        end_id=1 << 30,
    )


def play(lane: Lane, one: TurnOrder) -> SampledTurn:
    ended: list[SampledTurn] = []
    turn = Running(order=one, on_token=lambda _: None, on_end=ended.append, on_fault=lambda _: None)
    lane.admit([turn])
    lane.sweep()
    while not ended:
        lane.step()
        lane.sweep()
    return ended[0]


def test_only_what_is_new_is_read(tmp_path):
    write_model(tmp_path)
    weights = read_weights(tmp_path, dtype=torch.float32, max_context=512, device="cpu")
    lane = Lane(weights, 0, ParkedPrefixes(1000), 4, "cpu")
    ids = list(range(20, 50))
    assert lane.num_new_tokens(order(ids, [10])) == 30
    first = play(lane, order(ids, [10]))
    grown = [*ids, *first.token_ids]
    assert lane.num_new_tokens(order([*grown, 9, 9], [10, len(grown) - 1])) == 3
    assert lane.num_new_tokens(order([*ids[:10], 9, 9, 9, 9], [10])) == 4
    assert lane.num_new_tokens(order([9, *ids], [10])) == 31


def test_parked_prefixes_stay_within_their_tokens(tmp_path):
    write_model(tmp_path)
    weights = read_weights(tmp_path, dtype=torch.float32, max_context=512, device="cpu")
    parked = ParkedPrefixes(45)
    lane = Lane(weights, 0, parked, 4, "cpu")
    old, new = list(range(20, 50)), list(range(60, 90))
    play(lane, order(old, [10]))
    play(lane, order(new, [10]))
    assert parked.num_tokens <= 45
    assert lane.num_new_tokens(order([*new, 9], [10])) < 31
    assert lane.num_new_tokens(order([*old, 9], [10])) == 31
