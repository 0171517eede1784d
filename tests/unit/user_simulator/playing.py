"""A right agent and its mutants against the scripted user, without any service."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seawright_environment.core.replay import CallRecord, Replay
from seawright_environment.core.world import Base, World
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Solution, Task
from seawright_shared.records.trajectories import UserSpec
from seawright_user_simulator.core.ports import Cue
from seawright_user_simulator.core.scripted_user import scripted_reply

GREETING = "Hi! How can I help you today?"
MAX_TURNS = 40


@dataclass(frozen=True)
class Played:
    run: Replay
    messages: list[Message]
    stop: str | None
    slips: list[str]

    @property
    def num_turns(self) -> int:
        return sum(1 for m in self.messages if m.content and m.role in {"user", "assistant"})


def right_agent(solution: Solution) -> Iterator[str | ToolCall]:
    """Say and do the solution, whatever the user answers."""
    yield solution.ask_identity
    yield from solution.identify
    for step in solution.steps:
        yield from step.reads
        if step.proposal:
            yield step.proposal
        yield from step.writes
        yield step.report


def without_proposals(solution: Solution) -> Solution:
    steps = [step.model_copy(update={"proposal": None}) for step in solution.steps]
    return solution.model_copy(update={"steps": steps})


def play(
    base: Base,
    task: Task,
    moves: Iterator[str | ToolCall],
    *,
    user: UserSpec | None = None,
    seed: int = 0,
) -> Played:
    """Play until somebody stops, the agent runs out of moves, or the turns are used up."""
    world = World.open(base, task.initial_patch, task.initial_calls)
    messages = [Message(role="assistant", content=GREETING)]
    calls: list[CallRecord] = []
    slips: list[str] = []
    stop = _answer(task, messages, user or UserSpec(), seed, slips)
    for move in moves:
        if stop or len(messages) > MAX_TURNS * 4:
            break
        if isinstance(move, str):
            messages.append(Message(role="assistant", content=move))
            stop = _answer(task, messages, user or UserSpec(), seed, slips)
        else:
            messages.append(Message(role="assistant", tool_calls=[move]))
            calls.append(_do(world, move, len(messages) - 1))
            result = calls[-1]
            text = Message(role="tool", content=result.content, tool_call_id=move.id)
            messages.append(text)
    return Played(Replay(world=world, calls=calls, messages=messages), messages, stop, slips)


def _do(world: World, call: ToolCall, turn: int) -> CallRecord:
    result = world.call(call.requestor, call.name, call.arguments, call.id)
    return CallRecord(
        requestor=call.requestor,
        name=call.name,
        arguments=call.arguments,
        ok=not result.error,
        turn=turn,
        content=result.content,
    )


def _answer(
    task: Task, messages: list[Message], user: UserSpec, seed: int, slips: list[str]
) -> str | None:
    seen = visible(messages)
    reply = scripted_reply(Cue(scenario=task.scenario, messages=seen, user=user, seed=seed))
    messages.append(reply.message)
    slips.extend([reply.slip] if reply.slip else [])
    return reply.stop


def visible(messages: Sequence[Message]) -> list[Message]:
    """Return what a user sees: texts only."""
    return [m for m in messages if m.role in {"user", "assistant"} and not m.tool_calls]
