"""Whole episodes written down, so that a checker can be tried on them without anybody playing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seawright_environment.core.replay import CallRecord, Replay
from seawright_environment.core.world import World
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import EnvironmentCall, Guidance, Task

GREETING = "Hi! How can I help you today?"
YES = Message(role="user", content="Yes.")
STOP = Message(role="user", content="###STOP###")
Part = tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One wish: reads, the proposal and its yes, writes, the report."""

    reads: Part = ()
    guidance: Part = ()
    """The agent's requests and the customer's own calls."""
    proposal: Part = ()
    writes: Part = ()
    report: Part = ()

    def messages(self) -> Iterator[Message]:
        """Yield the block in order."""
        yield from self.reads
        yield from self.guidance
        yield from self.proposal
        yield from self.writes
        yield from self.report


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """An episode in parts, for operators to change."""

    opening: Part
    identify: Part
    blocks: tuple[Block, ...]

    def messages(self) -> list[Message]:
        """Return the whole transcript, with the stop at its end."""
        inner = [message for block in self.blocks for message in block.messages()]
        return [*self.opening, *self.identify, *inner, STOP]


def gold_script(task: Task) -> Script:
    """Return the episode in which the right agent meets a customer who plays along."""
    assert task.solution is not None, "only a solved task has a script"
    answers = [*(wish.text for wish in task.scenario.wishes[1:]), "No, that is all."]
    blocks = [
        Block(
            reads=tuple(map(doing, step.reads)),
            guidance=_guided(number, step.guidance),
            proposal=(saying(step.proposal), YES) if step.proposal else (),
            writes=tuple(map(doing, step.writes)),
            report=(saying(step.report), Message(role="user", content=answer)),
        )
        for number, (step, answer) in enumerate(zip(task.solution.steps, answers, strict=True))
    ]
    told = " ".join(fact.text for fact in task.scenario.facts)
    opening = (
        saying(GREETING),
        Message(role="user", content=task.scenario.opening),
        saying(task.solution.ask_identity),
        Message(role="user", content=told),
    )
    identify = tuple(map(doing, task.solution.identify))
    return Script(opening=opening, identify=identify, blocks=tuple(blocks))


def _guided(number: int, guidances: Sequence[Guidance]) -> Part:
    """Return the requests and what is done about them; for what the agent does, after a yes."""
    messages: list[Message] = []
    for place, guidance in enumerate(guidances):
        deed = guidance.deed
        call = ToolCall(
            id=deed_id(number, place),
            name=deed.name,
            arguments=deed.arguments,
            requestor=deed.requestor,
        )
        if guidance.ask:
            messages.append(saying(guidance.ask))
            messages += [YES] if deed.requestor == "assistant" else []
        messages.append(doing(call))
    return tuple(messages)


def deed_id(number: int, place: int) -> str:
    """Return the id of the call at a place of a step's guidance: the golden action's, too."""
    return f"u{number}.{place}"


def saying(text: str) -> Message:
    """Return an agent's text turn."""
    return Message(role="assistant", content=text)


def doing(call: ToolCall) -> Message:
    """Return an agent's turn of one call."""
    return Message(role=call.requestor, tool_calls=[call])


def calling(call: EnvironmentCall) -> Message:
    """Return the turn of one call that no script has yet."""
    made = ToolCall(id="extra", name=call.name, arguments=call.arguments, requestor=call.requestor)
    return doing(made)


def play(start: World, messages: Sequence[Message]) -> Replay:
    """Execute a transcript's calls on a fork of a world."""
    world = start.fork()
    calls: list[CallRecord] = []
    for turn, message in enumerate(messages):
        for call in message.tool_calls or ():
            result = world.call(call.requestor, call.name, call.arguments)
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
    return Replay(world=world, calls=calls, messages=messages)
