"""Simulation runs of tau2-bench, both ways."""

import json
from typing import Any

import pytest

from seawright_environment.core.tau2_trajectories import (
    STOP_REASONS,
    TERMINATION_REASONS,
    export_run,
    import_run,
)
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.trajectories import (
    AgentSpec,
    StopReason,
    Trajectory,
    UserSpec,
)


def run(**changes: Any) -> dict[str, Any]:
    """Return a run with fields that no record of ours has."""
    call = {"id": "c1", "name": "look", "arguments": {"a": 2.0}, "requestor": "assistant"}
    answers = [{"role": "tool", "id": "c1", "content": "{}", "requestor": "assistant"}]
    messages: list[dict[str, Any]] = [
        {"role": "assistant", "content": "Hi!", "turn_idx": 0, "cost": 0.0, "usage": None},
        {
            "role": "user",
            "content": "hello",
            "timestamp": "2025-01-01T00:00:00",
            "tool_calls": None,
        },
        {"role": "assistant", "content": None, "tool_calls": [call], "raw_data": {"id": "x"}},
        {"role": "tool", "tool_messages": answers},
        {"role": "user", "content": "###STOP###"},
    ]
    return {
        "id": "sim-1",
        "task_id": "7",
        "timestamp": "2025-01-01T00:00:00",
        "start_time": "2025-01-01T00:00:00",
        "end_time": "2025-01-01T00:01:00",
        "duration": 60,
        "termination_reason": "user_stop",
        "agent_cost": 0.1,
        "reward_info": {"reward": 1.0, "info": {"note": "x"}},
        "messages": messages,
        "trial": 3,
        "seed": None,
        **changes,
    }


@pytest.mark.parametrize("word", sorted(STOP_REASONS))
def test_every_run_comes_back_as_it_was_read(word: str):
    document = run(termination_reason=word)
    trajectory = import_run(document, {"7": "task_ours"})
    stored = Trajectory.model_validate_json(trajectory.model_dump_json())
    assert stored.task_id == "task_ours"
    assert json.dumps(export_run(stored)) == json.dumps(document)


def test_a_run_without_messages_comes_back_without_them():
    for messages in (None, []):
        document = run(messages=messages, termination_reason="infrastructure_error")
        assert json.dumps(export_run(import_run(document))) == json.dumps(document)
    bare = run()
    del bare["messages"]
    assert json.dumps(export_run(import_run(bare))) == json.dumps(bare)


def test_every_stop_reason_has_a_word_that_means_it():
    assert set(TERMINATION_REASONS) == set(StopReason)
    assert all(STOP_REASONS[word] == reason for reason, word in TERMINATION_REASONS.items())
    assert TERMINATION_REASONS[StopReason.MAX_TURNS] == "max_steps"
    assert TERMINATION_REASONS[StopReason.INFRASTRUCTURE] == "infrastructure_error"


def test_a_trajectory_of_ours_becomes_a_run_that_reads_back_the_same():
    call = ToolCall(id="c1", name="look", arguments={"a": 1})
    ours = Trajectory(
        id="traj_1",
        episode_id="ep_1",
        task_id="task_1",
        agent=AgentSpec(),
        user=UserSpec(),
        seed=5,
        messages=[
            Message(role="assistant", tool_calls=[call], reasoning="think"),
            Message(role="tool", content="ok", tool_call_id="c1", requestor="assistant"),
            Message(role="user", content="###STOP###"),
        ],
        stop_reason=StopReason.MAX_ERRORS,
    )
    document = export_run(ours, {"task_1": "7"})
    assert {"id", "task_id", "start_time", "end_time", "duration", "messages"} <= set(document)
    again = import_run(document, {"7": "task_1"})
    told = {"episode_id", "task_id", "seed", "stop_reason"}
    assert again.model_dump(include=told) == ours.model_dump(include=told)
    said = [message.model_copy(update={"reasoning": None}) for message in ours.messages]
    assert again.messages == said


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"termination_reason": "bored"}, "/simulations/4/termination_reason"),
        ({"messages": None, "ticks": []}, "/simulations/4/ticks"),
        ({"messages": [{"role": "user", "content": 5}]}, "/simulations/4/messages/0/content"),
        ({"task_id": 5}, "/simulations/4/task_id"),
    ],
)
def test_what_is_no_run_is_refused_by_the_field(changes: dict[str, Any], pointer: str):
    with pytest.raises(InvalidRequestError) as caught:
        import_run(run(**changes), pointer="/simulations/4")
    assert [error.pointer for error in caught.value.errors] == [pointer]
    # The request is well formed: what is wrong is in a document of somebody else's format.
    assert [error.code for error in caught.value.errors] != ["string_type"]
