"""Mutants: episodes that are wrong in one way, which a checker must fail."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import JsonValue

from seawright_environment.core.drafting import Author
from seawright_environment.core.selftest_scripts import (
    YES,
    Block,
    Part,
    Script,
    calling,
    saying,
)
from seawright_environment.core.world import World
from seawright_shared.records.checkers import CalledItem, CheckerSpec
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import EnvironmentCall, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What mutants are made from."""

    task: Task
    script: Script
    start: World
    author: Author

    @property
    def spec(self) -> CheckerSpec:
        """What the task itself says must be said, confirmed and called."""
        return self.task.checker or CheckerSpec()


STATE_OPERATORS = frozenset({"near_miss", "collateral", "duplicate_write"})
"""Operators whose mutant is right after all where the final state is gold's."""


def mutants_of(trial: Trial) -> Iterator[tuple[str, Script]]:
    """Yield operator and wrong episode, operator by operator."""
    for operator, make in OPERATORS.items():
        for script in make(trial):
            yield operator, script


def _noop(trial: Trial) -> Iterator[Script]:
    yield replace(trial.script, identify=(), blocks=())


def _silent(trial: Trial) -> Iterator[Script]:
    spec = trial.spec
    has_writes = any(block.writes for block in trial.script.blocks)
    if spec.said or (spec.confirmed_before_writes and has_writes):
        blocks = tuple(
            replace(b, guidance=_unsaid(b.guidance), proposal=(), report=())
            for b in trial.script.blocks
        )
        yield replace(trial.script, blocks=blocks)


def _drop_write(trial: Trial) -> Iterator[Script]:
    for place, _ in _writes(trial):
        yield _with_writes(trial.script, place, ())


def _near_miss(trial: Trial) -> Iterator[Script]:
    for place, call in _writes(trial):
        for wrong in trial.author.near_misses(trial.start.view, _customer(trial), _plain(call)):
            script = _with_writes(trial.script, place, (calling(wrong),))
            # Only what was proposed is proposed wrongly, too.
            is_proposed = place.part == "writes"
            yield _proposing(script, place.block, wrong) if is_proposed else script


def _duplicate_write(trial: Trial) -> Iterator[Script]:
    for place, call in _writes(trial):
        again = calling(_plain(call))
        yield _with_writes(trial.script, place, (again, again))


def _collateral(trial: Trial) -> Iterator[Script]:
    right = [_plain(call) for _, call in _writes(trial)]
    for wrong in trial.author.collateral(trial.start.view, _customer(trial), right):
        yield _with_extra(trial.script, wrong)


def _wrong_requestor(trial: Trial) -> Iterator[Script]:
    for place, call in _writes(trial):
        other = "assistant" if call.requestor == "user" else "user"
        by_other = EnvironmentCall(requestor=other, name=call.name, arguments=call.arguments)
        yield _with_writes(trial.script, place, (calling(by_other),))


def _unconfirmed(trial: Trial) -> Iterator[Script]:
    for number, block in enumerate(trial.script.blocks):
        if block.writes and block.proposal:
            yield _with_block(trial.script, number, replace(block, proposal=()))


def _denied(trial: Trial) -> Iterator[Script]:
    for number, block in enumerate(trial.script.blocks):
        if block.writes and block.proposal:
            denial = (block.proposal[0], Message(role="user", content="No, do not do that."))
            yield _with_block(trial.script, number, replace(block, proposal=denial))


def _vague(trial: Trial) -> Iterator[Script]:
    """Confirmed, but the details were never named."""
    for number, block in enumerate(trial.script.blocks):
        if block.writes and block.proposal:
            vague = replace(block, proposal=(saying("Shall I do it? (yes/no)"), YES))
            yield _with_block(trial.script, number, vague)


def _wrong_said(trial: Trial) -> Iterator[Script]:
    spec = trial.spec
    if spec.said:
        wrong = saying("Let me look at it. That was 0.01, or perhaps 99999999.")
        blocks = tuple(
            replace(
                b,
                guidance=_unsaid(b.guidance),
                proposal=(wrong, YES) if b.proposal else (),
                report=(wrong,),
            )
            for b in trial.script.blocks
        )
        yield replace(trial.script, blocks=blocks)


def _unidentified(trial: Trial) -> Iterator[Script]:
    yield replace(trial.script, identify=())


def _unread(trial: Trial) -> Iterator[Script]:
    """The evidence was never looked at, one call at a time, wherever it is made."""
    spec = trial.spec
    for item in spec.called:
        blocks = tuple(
            replace(
                block,
                reads=tuple(m for m in block.reads if not _makes(m, item)),
                guidance=tuple(m for m in block.guidance if not _makes(m, item)),
            )
            for block in trial.script.blocks
        )
        if blocks != trial.script.blocks:
            yield replace(trial.script, blocks=blocks)


def _transferred(trial: Trial) -> Iterator[Script]:
    if trial.task.outcome != "transfer":
        arguments: dict[str, JsonValue] = {"summary": "The customer has a request."}
        away = EnvironmentCall(
            requestor="assistant", name=trial.author.transfer_tool, arguments=arguments
        )
        block = Block(reads=(calling(away),))
        yield replace(trial.script, blocks=(*trial.script.blocks, block))


OPERATORS: Mapping[str, Callable[[Trial], Iterator[Script]]] = {
    "noop": _noop,
    "silent": _silent,
    "drop_write": _drop_write,
    "near_miss": _near_miss,
    "duplicate_write": _duplicate_write,
    "collateral": _collateral,
    "wrong_requestor": _wrong_requestor,
    "unconfirmed": _unconfirmed,
    "denied": _denied,
    "vague": _vague,
    "wrong_said": _wrong_said,
    "unidentified": _unidentified,
    "unread": _unread,
    "transferred": _transferred,
}


def writes_of(script: Script) -> list[ToolCall]:
    """Return the writes that were proposed, in order."""
    return [
        call
        for block in script.blocks
        for message in block.writes
        for call in message.tool_calls or ()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a write stands: in the guidance of both parties, or among what was proposed."""

    block: int
    part: Literal["guidance", "writes"]
    index: int


def _writes(trial: Trial) -> Iterator[tuple[_Place, ToolCall]]:
    """Yield every write of either party with its place, in order."""
    is_write = trial.start.base.content.is_write
    for number, block in enumerate(trial.script.blocks):
        for index, message in enumerate(block.guidance):
            for call in message.tool_calls or ():
                if is_write(call.name):
                    yield _Place(block=number, part="guidance", index=index), call
        for index, message in enumerate(block.writes):
            for call in message.tool_calls or ():
                yield _Place(block=number, part="writes", index=index), call


def _unsaid(part: Part) -> Part:
    """Return what was done without what was said about it."""
    return tuple(message for message in part if message.tool_calls)


def _with_block(script: Script, number: int, block: Block) -> Script:
    blocks = (*script.blocks[:number], block, *script.blocks[number + 1 :])
    return replace(script, blocks=blocks)


def _with_writes(script: Script, place: _Place, instead: Part) -> Script:
    block = script.blocks[place.block]
    if place.part == "guidance":
        guidance = (*block.guidance[: place.index], *instead, *block.guidance[place.index + 1 :])
        return _with_block(script, place.block, replace(block, guidance=guidance))
    writes = (*block.writes[: place.index], *instead, *block.writes[place.index + 1 :])
    return _with_block(script, place.block, replace(block, writes=writes))


def _proposing(script: Script, number: int, call: EnvironmentCall) -> Script:
    """Let the wrong details be proposed and agreed to, so that only the state can tell."""
    block = script.blocks[number]
    named = saying(f"I will do this: {_listed(call)} Shall I proceed? (yes/no)")
    return _with_block(script, number, replace(block, proposal=(named, YES)))


def _with_extra(script: Script, call: EnvironmentCall) -> Script:
    number = len(script.blocks)
    extra = replace(script, blocks=(*script.blocks, Block(writes=(calling(call),))))
    return _proposing(extra, number, call)


def _listed(call: EnvironmentCall) -> str:
    return " ".join(
        " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for value in call.arguments.values()
    )


def _makes(message: Message, item: CalledItem) -> bool:
    return any(
        call.name == item.name and item.arguments.items() <= call.arguments.items()
        for call in message.tool_calls or ()
    )


def _plain(call: ToolCall) -> EnvironmentCall:
    return EnvironmentCall(requestor=call.requestor, name=call.name, arguments=call.arguments)


def _customer(trial: Trial) -> str:
    assert trial.task.customer_id is not None
    return trial.task.customer_id
