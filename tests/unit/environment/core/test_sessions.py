"""A session answers each call once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.sessions import (
    MAX_PROTOCOL_SESSIONS,
    MAX_SNAPSHOTS,
    Invocation,
    OpenSession,
    is_session_id,
    worker_of,
)
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.ids import new_id
from tests.unit.environment.shops import open_world, order_with


def cancel(session: OpenSession, call_id: str, reason: str = "no longer needed") -> Invocation:
    order_id = order_with(session.world, "pending")
    return Invocation(
        call_id=call_id,
        requestor="assistant",
        name="cancel_pending_order",
        arguments={"order_id": order_id, "reason": reason},
    )


def opened() -> OpenSession:
    return OpenSession(id=new_id("session"), world=open_world())


def test_the_same_call_again_gives_the_stored_answer_and_runs_nothing():
    session = opened()
    invocation = cancel(session, "a")
    first = session.call(invocation, expected_version=0)
    assert not first.result.error
    assert session.call(invocation, expected_version=0) is first
    assert session.world.version == 1


def test_one_call_id_for_two_calls_is_a_conflict():
    session = opened()
    session.call(cancel(session, "a"))
    with pytest.raises(ConflictError, match="used for another call"):
        session.call(cancel(session, "a", reason="ordered by mistake"))


def test_another_version_than_expected_is_a_conflict_and_runs_nothing():
    session = opened()
    with pytest.raises(ConflictError, match="version 0, not 3"):
        session.call(cancel(session, "a"), expected_version=3)
    assert session.world.diff() == []


def test_a_write_tells_the_new_hash_and_a_read_tells_none():
    session = opened()
    invocation = cancel(session, "a")
    answer = session.call(invocation)
    assert answer.state_hash == session.world.state_hash() != open_world().state_hash()
    read = Invocation(
        call_id="b", requestor="assistant", name="list_all_product_types", arguments={}
    )
    assert session.call(read).state_hash is None


def test_a_fork_knows_what_was_answered_before_it_and_nothing_after():
    session = opened()
    invocation = cancel(session, "a")
    answer = session.call(invocation)
    fork = session.fork(new_id("session"))
    assert fork.call(invocation) == answer
    fork.call(Invocation(call_id="b", requestor="assistant", name="nope", arguments={}))
    assert "b" not in session.answered


def test_ids_of_sessions_are_told_from_other_texts():
    assert is_session_id(new_id("session"))
    assert not is_session_id("session_1")
    assert not is_session_id(new_id("task"))


def test_an_id_may_name_the_worker_that_holds_the_session():
    assert worker_of(new_id("session_w12")) == 12
    assert worker_of(new_id("session")) is None
    assert worker_of("session_w1_x") is None
    assert is_session_id(new_id("session_w12"))
    assert not is_session_id(new_id("session_w1234"))


def read(call_id: str) -> Invocation:
    return Invocation(
        call_id=call_id, requestor="assistant", name="list_all_product_types", arguments={}
    )


@given(st.lists(st.sampled_from(["read", "write", "keep", "back"]), max_size=12))
def test_going_back_is_as_if_nothing_had_been_called_since(steps: list[str]):
    session = opened()
    kept: dict[str, tuple[str, list[str]]] = {}
    for number, step in enumerate(steps):
        match step:
            case "read":
                session.call(read(str(number)))
            case "write":
                session.call(cancel(session, str(number)))
            case "keep":
                session.take_snapshot(f"s{number}")
                kept[f"s{number}"] = (session.world.state_hash(), list(session.answered))
            case _:
                if not session.snapshots:
                    continue
                name = next(iter(session.snapshots))
                session.restore(name)
                assert (session.world.state_hash(), list(session.answered)) == kept[name]
                assert session.world.version == len(session.answered)
    for name in session.snapshots:
        fork = session.fork(new_id("session"), name)
        assert (fork.world.state_hash(), list(fork.answered)) == kept[name]


def test_a_session_keeps_a_bounded_number_of_snapshots():
    session = opened()
    for number in range(MAX_SNAPSHOTS):
        session.take_snapshot(str(number))
    with pytest.raises(ConflictError, match="drop one first"):
        session.take_snapshot("one more")
    with pytest.raises(NotFoundError):
        session.restore("nowhere")


def test_a_token_opens_its_own_partys_tools_until_the_next_is_given():
    session = opened()
    session.admit("assistant", "one")
    session.admit("user", "two")
    assert (session.holder_of("one"), session.holder_of("two")) == ("assistant", "user")
    assert session.holder_of("") is None
    assert session.holder_of("\ud800") is None
    session.admit("assistant", "three")
    assert session.holder_of("one") is None
    assert session.fork(new_id("session")).holder_of("three") is None
    assert b"three" not in str(session.token_digests).encode()


def test_the_oldest_protocol_session_is_forgotten():
    session = opened()
    for number in range(MAX_PROTOCOL_SESSIONS + 1):
        session.greet(str(number), "assistant")
    assert "0" not in session.protocol_sessions
    assert len(session.protocol_sessions) == MAX_PROTOCOL_SESSIONS
