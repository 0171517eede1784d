"""A trajectory as three lanes to read: agent, user, tools."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from seawright_shared.contracts.orchestrator import Episode
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Task

Lane = Literal["agent", "user", "tools"]
MOST_CHARACTERS = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One cell of the reader: who, what was said, what was called."""

    number: int
    lane: Lane
    text: str = ""
    calls: tuple[str, ...] = ()
    is_error: bool = False
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One episode to read, with its verdict."""

    title: str
    episode_id: str
    trajectory_id: str
    goal_types: tuple[str, ...]
    wishes: tuple[str, ...]
    gold: tuple[str, ...]
    turns: tuple[Turn, ...]
    stop_reason: str
    reward: float | None
    is_ok: bool
    failing: tuple[str, ...]
    """The checks that failed, each with its reason."""
    attribution: str = ""
    rationale: str = ""


def reading_of(episode: Episode, task: Task | None, *, title: str) -> Reading:
    """Return the episode as it is shown; one without trajectory or verdict shows what there is."""
    trajectory, verdict = episode.trajectory, episode.verdict
    checks = verdict.checks if verdict else []
    return Reading(
        title=title,
        episode_id=episode.id,
        trajectory_id=trajectory.id if trajectory else "",
        goal_types=tuple(task.goal_types) if task else (),
        wishes=tuple(wish.text for wish in task.scenario.wishes) if task else (),
        gold=tuple(call_text(action.name, action.arguments) for action in task.golden_actions)
        if task
        else (),
        turns=tuple(turns_of(trajectory.messages)) if trajectory else (),
        stop_reason=trajectory.stop_reason.value if trajectory else episode.status.value,
        reward=verdict.reward if verdict else None,
        is_ok=verdict.ok if verdict else False,
        failing=tuple(f"{check.id}: {check.why}" for check in checks if not check.ok),
        attribution=verdict.attribution.value if verdict and verdict.attribution else "",
        rationale=verdict.rationale if verdict else "",
    )


def turns_of(messages: Sequence[Message]) -> list[Turn]:
    """Return the messages in order, each in its lane."""
    lanes: dict[str, Lane] = {"assistant": "agent", "user": "user", "tool": "tools"}
    return [
        Turn(
            number=number,
            lane=lanes[message.role],
            text=cut(message.malformed or message.content or ""),
            calls=tuple(_called(call) for call in message.tool_calls or ()),
            is_error=message.error or message.malformed is not None,
            reasoning=cut(message.reasoning or ""),
        )
        for number, message in enumerate(messages, start=1)
        if message.role in lanes
    ]


def call_text(name: str, arguments: object) -> str:
    """Return a call as one line, as in cancel_order({"id": "#W1"})."""
    return f"{name}({json.dumps(arguments, ensure_ascii=False)})"


def cut(text: str) -> str:
    """Return the text, cut where it would fill the page."""
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + " [...]"


def _called(call: ToolCall) -> str:
    return call_text(call.name, call.arguments)
