from hypothesis import given
from hypothesis import strategies as st

from seawright_policy.core.replicas import (
    LOAD_FACTOR,
    SLACK_TURNS,
    Bounds,
    Claim,
    EngineLoad,
    Replica,
    adapted,
    choose,
    has_room,
)

REPLICA = st.builds(
    Replica,
    url=st.text("abc", min_size=1, max_size=4),
    state=st.sampled_from(["ready", "ejected", "updating"]),
    num_open=st.integers(0, 40),
    limit=st.integers(1, 40).map(float),
)
REPLICAS = st.lists(REPLICA, max_size=6, unique_by=lambda one: one.url)
SHARE = st.floats(0, 1)


@given(replicas=REPLICAS, session=st.text(max_size=4))
def test_a_chosen_replica_is_ready_and_has_room(replicas, session):
    chosen = choose(replicas, Claim(session=session))
    free = [one for one in replicas if one.state == "ready" and one.num_open + 1 <= one.limit]
    assert (chosen is None) == (not free)
    assert chosen is None or chosen in free


@given(replicas=REPLICAS, session=st.text(max_size=4))
def test_a_replica_far_above_the_mean_is_chosen_only_where_all_with_room_are(replicas, session):
    chosen = choose(replicas, Claim(session=session))
    ready = [one for one in replicas if one.state == "ready"]
    if chosen is None:
        return
    most = (1 + sum(one.num_open for one in ready)) / len(ready) * LOAD_FACTOR + SLACK_TURNS
    free = [one for one in ready if one.num_open + 1 <= one.limit]
    assert chosen.num_open + 1 <= most or all(one.num_open + 1 > most for one in free)


@given(count=st.integers(2, 5), session=st.text(max_size=4))
def test_a_session_moves_only_when_its_own_replica_goes(count, session):
    replicas = [Replica(url=str(at), state="ready", limit=9) for at in range(count)]
    own = choose(replicas, Claim(session=session))
    assert own is not None
    others = [one for one in replicas if one is not own]
    others[0].state = "ejected"
    assert choose(replicas, Claim(session=session)) is own
    own.state = "ejected"
    assert choose(replicas, Claim(session=session)) is not own


@given(
    limit=st.floats(4, 64),
    num_open=st.integers(0, 64),
    usage=SHARE,
    waiting=st.integers(0, 3),
    preempted=st.integers(0, 3),
)
def test_the_limit_follows_the_load_within_its_bounds(limit, num_open, usage, waiting, preempted):
    bounds = Bounds(least=4, most=64)
    replica = Replica(url="x", limit=limit, num_open=num_open)
    load = EngineLoad(cache_usage=usage, num_waiting=waiting, num_preempted=preempted)
    after = adapted(replica, load, bounds)
    assert 4 <= after <= 64
    if usage > 0.8 or waiting or preempted:
        assert after < limit or after == 4
    elif usage < 0.6 and num_open >= limit:
        assert after > limit or after == 64
    else:
        assert after >= limit


def test_an_idle_replica_is_promised_no_more_than_it_was_seen_to_bear():
    replica = Replica(url="x", limit=16, num_open=2)
    calm = EngineLoad(cache_usage=0.0, num_waiting=0, num_preempted=0)
    assert adapted(replica, calm, Bounds()) == 16


@given(
    num_open=st.integers(0, 40),
    open_tokens=st.integers(0, 4000),
    num_tokens=st.integers(1, 1000),
    capacity=st.integers(0, 4000),
    waiting=st.integers(0, 1),
)
def test_above_its_limit_a_replica_takes_only_turns_that_its_cache_surely_holds(
    num_open, open_tokens, num_tokens, capacity, waiting
):
    replica = Replica(
        url="x",
        limit=4,
        num_open=num_open,
        num_open_tokens=open_tokens,
        capacity_tokens=capacity,
        num_waiting=waiting,
    )
    if num_open < 4:
        assert has_room(replica, num_tokens, most=32)
    elif has_room(replica, num_tokens, most=32):
        assert open_tokens + num_tokens < capacity
        assert num_open < 32
        assert not waiting
