"""Laws of the ways to tell a wish: the right agent meets each of them, and is rewarded."""

import random
from dataclasses import replace
from functools import cache, lru_cache
from typing import get_args

import pytest

from seawright_environment.core.checker import judge
from seawright_environment.core.replay import CallRecord, Replay
from seawright_environment.core.world import World
from seawright_orchestrator.core.scripted_agent import ScriptedAgent
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Disclosure, Task
from seawright_shared.records.trajectories import UserSpec
from seawright_user_simulator.core.ports import Cue
from seawright_user_simulator.core.scripted_user import scripted_reply
from tests.support.synthesis import check, drafts, order, shop

STYLES: tuple[Disclosure, ...] = get_args(Disclosure)
GREETING = "Hi! How can I help you today?"
MAX_TURNS = 120


@lru_cache(maxsize=8)
def tasks(style: Disclosure) -> list[Task]:
    wanted = replace(order(600, seed=51), disclosures={style: 1.0}, contrast_rate=0.2)
    found = [check(draft).task for draft in drafts(wanted)]
    return [task for task in found if task is not None]


@cache
def replays(style: Disclosure) -> list[tuple[Task, Replay]]:
    return [(task, played(task)) for task in tasks(style)]


def played(task: Task) -> Replay:
    """Let the right agent listen to the scripted customer until somebody ends it."""
    assert task.solution is not None
    world = World.open(shop(), task.initial_patch, task.initial_calls)
    agent = ScriptedAgent(solution=task.solution, rng=random.Random(0))
    messages = [Message(role="assistant", content=GREETING)]
    calls: list[CallRecord] = []
    new: list[Message] = []
    for _ in range(MAX_TURNS):
        if messages[-1].role == "assistant" and not messages[-1].tool_calls:
            reply = scripted_reply(
                Cue(scenario=task.scenario, messages=messages, user=UserSpec(), seed=0)
            )
            messages.append(reply.message)
            if reply.stop:
                break
            new = [reply.message]
        move = agent.turn(new)
        messages.append(move)
        new = []
        for call in move.tool_calls or ():
            result = world.call(call.requestor, call.name, call.arguments)
            turn = len(messages) - 1
            calls.append(
                CallRecord(
                    requestor=call.requestor,
                    name=call.name,
                    arguments=call.arguments,
                    ok=not result.error,
                    turn=turn,
                    content=result.content,
                )
            )
            answer = Message(role="tool", content=result.content, tool_call_id=call.id)
            messages.append(answer)
            new.append(answer)
    return Replay(world=world, calls=calls, messages=messages)


def said_by_user(run: Replay) -> list[str]:
    return [m.content or "" for m in run.messages if m.role == "user"]


@pytest.mark.parametrize("style", STYLES)
def test_the_right_agent_is_rewarded_whatever_way_the_wish_is_told(style: Disclosure):
    assert len(tasks(style)) >= 60
    for task, run in replays(style):
        assert task.checker is not None
        verdict = judge(task.checker, run)
        assert verdict.reward == 1.0, (task.goal_types, verdict.rationale)


def test_who_tells_in_pieces_tells_one_detail_a_turn_and_all_of_them_before_the_first_call():
    for task, run in replays("piecemeal"):
        pieces = [fact.text for fact in task.scenario.facts if fact.key.startswith("wish_0.")]
        said = said_by_user(run)
        assert pieces
        for number, piece in enumerate(pieces, start=1):
            assert said[number] == piece
        assert not any(letter.isdigit() for letter in said[0])


def test_who_changes_his_mind_asks_for_something_else_first_and_corrects_it_before_any_yes():
    for task, run in replays("changes_mind"):
        said = said_by_user(run)
        wish = task.scenario.wishes[0].text
        assert wish not in said[0]
        assert "I changed my mind" in said[1]
        assert wish in said[1]


def test_who_tells_too_much_tells_his_wish_and_one_thing_that_no_wish_is_about():
    for task in tasks("distractor")[:60]:
        aside = next(fact.text for fact in task.scenario.facts if fact.key == "aside")
        opening = task.scenario.opening
        assert opening.endswith(aside)
        assert task.scenario.wishes[0].text in opening
        assert not any(mention in aside for w in task.scenario.wishes for mention in w.mentions)


@pytest.mark.parametrize("style", STYLES)
def test_all_that_a_right_write_needs_was_said_or_read(style: Disclosure):
    for task, run in replays(style):
        for call in run.calls:
            if call.name not in task.goal_types:
                continue
            known = " ".join(
                m.content or "" for m in run.messages[: call.turn] if m.role in {"user", "tool"}
            )
            for value in call.arguments.values():
                for text in value if isinstance(value, list) else [value]:
                    assert str(text) in known, (task.id, call.name, text)
