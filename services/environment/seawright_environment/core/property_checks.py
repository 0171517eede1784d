"""Laws on what a domain does: tried by generated calls on a generated database."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.conformance_kit_arguments import Drawer
from seawright_environment.core.conformance_kit_bench import (
    Bench,
    Findings,
    Sequence,
    Texts,
    hashes_of,
    text_of,
)
from seawright_environment.core.patches import diff_states
from seawright_environment.core.toolkits import REFUSALS, Tool, run_tool
from seawright_environment.core.world import Base, World
from seawright_shared.records.checkers import Path
from seawright_shared.records.messages import Requestor, ToolResult
from seawright_shared.records.tasks import EnvironmentCall

SLIPS = (TypeError, AttributeError, LookupError)
"""Refusals in Python's words: where the arguments fit the schema, they are slips of the code."""
TRIES_PER_TOOL = 60
SHARE_WILD = 0.3
"""Of the calls tried for refusals."""


def check_reads(bench: Bench, found: Findings) -> None:
    """No call of a tool that is no write changes the state."""
    for world, call in _steps(bench):
        if bench.content.is_write(call.name):
            _call(world, call)
            continue
        found.tried += 1
        before = world.fork()
        _call(world, call)
        for operation in diff_states(before.state, world.state)[:1]:
            what = f"declared a read, it changed {_joined(operation.path)}"
            found.fail(f"tool {call.name}", what)


def check_refusals(bench: Bench, found: Findings) -> None:
    """No call that is refused changes the state, with whatever arguments."""
    rng = bench.rng("refusals")
    drawer = Drawer(rng, World.open(bench.base(bench.database)).view)
    for world, call in _steps(bench):
        tool = bench.content.tool_named(call.name)
        assert tool is not None, "only existing tools are called"
        wild = drawer.wild(tool) if rng.random() < SHARE_WILD else call.arguments
        before, bare = world.fork(), world.fork()
        tried = call.model_copy(update={"arguments": wild})
        if not _call(world, tried).error:
            continue
        found.tried += 1
        where, what = f"tool {call.name}", f"refused {tried.arguments!r:.200}, yet it changed "
        for operation in diff_states(before.state, world.state)[:1]:
            found.fail(where, what + _joined(operation.path))
        with suppress(*REFUSALS):
            run_tool(bench.content.kit_of(call.requestor), bare.state, call.name, wild)
        if diff_states(before.state, bare.state):
            found.note(f"{where}: it writes before it has checked everything; the world undoes it")


def check_base(bench: Bench, found: Findings) -> None:
    """No call changes in place what all sessions share."""
    databases = list(dict.fromkeys(sequence.database for sequence in bench.sequences))
    for database in databases:
        own = [each for each in bench.sequences if each.database == database]
        base = bench.fresh_base(database)
        wanted = text_of(bench.fresh_base(database).database.tables)
        for sequence in own:
            found.tried += 1
            world = World.open(base)
            for call in sequence.calls:
                _call(world, call)
        touched = _touched(base, wanted)
        if touched is not None:
            where = _culprit(bench, own, wanted)
            found.fail(where, f"it changed {touched} in place: {_ADVICE}")


_ADVICE = "what find returns is to be read; write to what own returns"


def _culprit(bench: Bench, sequences: list[Sequence], wanted: Texts) -> str:
    """Return which tool did it, found by repeating the calls one by one."""
    for sequence in sequences:
        base = bench.fresh_base(sequence.database)
        world = World.open(base)
        for call in sequence.calls:
            _call(world, call)
            if _touched(base, wanted) is not None:
                return f"tool {call.name}"
    return "after several sequences"


def _touched(base: Base, wanted: Texts) -> str | None:
    now = text_of(base.database.tables)
    return next(("/".join(key) for key in wanted if now.get(key) != wanted[key]), None)


def check_replay(bench: Bench, found: Findings) -> None:
    """The same calls give the same answers and the same state; a fork disturbs nobody."""
    other_base = {seq.database: bench.fresh_base(seq.database) for seq in bench.sequences}
    for sequence in bench.sequences:
        found.tried += 1
        one = World.open(bench.base(sequence.database))
        other = World.open(other_base[sequence.database])
        for index, call in enumerate(sequence.calls):
            first, second = _call(one, call), _call(other, call)
            if first != second:
                what = f"replayed, call {index + 1} answers {second.content!r}, not "
                found.fail(f"tool {call.name}", f"{what}{first.content!r}")
        if hashes_of(one) != hashes_of(other):
            found.fail(sequence.where, "replayed, the state has another hash")
        before, fork = hashes_of(one), one.fork()
        for call in sequence.calls:
            _call(fork, call)
        if hashes_of(one) != before:
            found.fail(sequence.where, "calls on a fork changed the world it came from")


def check_diff(bench: Bench, found: Findings) -> None:
    """The diff, applied to a fresh world, gives the same hash; no diff, no other hash."""
    carried_out: set[str] = set()
    for sequence in bench.sequences:
        found.tried += 1
        base = bench.base(sequence.database)
        world = World.open(base)
        for call in sequence.calls:
            before = world.fork()
            if not _call(world, call).error and diff_states(before.state, world.state):
                carried_out.add(call.name)
        diff = world.diff()
        patched = World.open(base, patch=diff)
        if diff_states(patched.state, world.state):
            found.fail(sequence.where, "the diff, applied to a fresh world, gives another state")
        if not diff and hashes_of(world) != hashes_of(World.open(base)):
            found.fail(sequence.where, "another hash, but nothing differs")
        if hashes_of(patched) != hashes_of(world):
            found.fail(sequence.where, "the diff, applied to a fresh world, gives another hash")
    for _, tool in bench.tools:
        if tool.kind == "write" and tool.name not in carried_out:
            found.note(f"tool {tool.name}: no call of it changed anything; give a task that does")


def check_fuzz(bench: Bench, found: Findings) -> None:
    """Arguments that the schema allows are carried out or refused in words; others never break."""
    rng = bench.rng("fuzz")
    world = World.open(bench.base(bench.database))
    drawer = Drawer(rng, world.view)
    for requestor, tool in bench.tools:
        for number in range(TRIES_PER_TOOL):
            found.tried += 1
            drawer.turn()
            is_wild = number % 3 == 2
            arguments = drawer.wild(tool) if is_wild else drawer.arguments(tool)
            what = _broken(world.fork(), requestor, tool, arguments, may_slip=is_wild)
            if what is not None:
                found.fail(f"tool {tool.name}", f"{what} for {arguments!r:.300}")


def _broken(
    world: World,
    requestor: Requestor,
    tool: Tool,
    arguments: Mapping[str, JsonValue],
    *,
    may_slip: bool,
) -> str | None:
    """Return what a call raised that it must not, or None."""
    kit, before = world.base.content.kit_of(requestor), world.fork()
    try:
        answer = cast("object", run_tool(kit, world.state, tool.name, arguments))
    except SLIPS as error:
        return None if may_slip else f"{_raised(error)}, not a refusal in words,"
    except REFUSALS as error:
        return None if str(error) else f"{_raised(error)} without words"
    # Anything else is a bug, of whatever kind.
    except Exception as error:  # noqa: BLE001
        return _raised(error)
    if not isinstance(answer, str):
        return f"returned a {type(answer).__name__}, not a text,"
    told = before.call(requestor, tool.name, arguments)
    return f"ran, but the two sides then did not fit: {told.content}" if told.error else None


def _raised(error: Exception) -> str:
    here = error.__traceback__
    while here is not None and here.tb_next is not None:
        here = here.tb_next
    place = "" if here is None else f" at {here.tb_frame.f_code.co_filename}:{here.tb_lineno}"
    return f"raised {type(error).__name__}{place}: {error}"


def _steps(bench: Bench) -> Iterator[tuple[World, EnvironmentCall]]:
    """Yield every call with the world it is to be made in."""
    for sequence in bench.sequences:
        world = World.open(bench.base(sequence.database))
        for call in sequence.calls:
            yield world, call


def _joined(path: Path) -> str:
    return "/".join(map(str, path))


def _call(world: World, call: EnvironmentCall) -> ToolResult:
    return world.call(call.requestor, call.name, call.arguments)
