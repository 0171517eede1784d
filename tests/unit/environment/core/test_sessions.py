"""A session answers each call once."""

import pytest

from seawright_environment.core.sessions import Invocation, OpenSession, is_session_id
from seawright_shared.errors import ConflictError
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
