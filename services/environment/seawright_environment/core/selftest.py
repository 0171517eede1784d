"""The gate of twelve points that a checker passes before any rollout (DESIGN 5)."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from seawright_environment.core.checker import holds, is_quarantined, judge
from seawright_environment.core.mutants import (
    STATE_OPERATORS,
    Trial,
    mutants_of,
    writes_of,
)
from seawright_environment.core.patches import diff_states
from seawright_environment.core.replay import Replay
from seawright_environment.core.selftest_scripts import (
    Script,
    calling,
    doing,
    play,
    saying,
)
from seawright_environment.core.world import World
from seawright_shared.records.checkers import CheckerSpec, KillRow, SelfTest
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import EnvironmentCall, GoldenAction
from seawright_shared.records.verdicts import Verdict

MAX_ORDERS = 24
"""Linear extensions tried."""
MAX_SECONDS = 0.05
"""p95 of one check."""


@dataclass(slots=True, kw_only=True)
class _Gate:
    """One run of the gate, and what it found."""

    trial: Trial
    spec: CheckerSpec
    clock: Callable[[], float]
    gold: World
    failures: list[str] = field(default_factory=list[str])
    seconds: list[float] = field(default_factory=list[float])
    num_false_rejects: int = 0

    def judge(self, messages: Sequence[Message]) -> Verdict:
        run = play(self.trial.start, messages)
        began = self.clock()
        verdict = judge(self.spec, run)
        self.seconds.append(self.clock() - began)
        if is_quarantined(verdict):
            self.failures.append(f"no_exceptions: {verdict.rationale}")
        return verdict

    def kills(self, run: Replay) -> bool:
        began = self.clock()
        outcome = holds(self.spec, run)
        self.seconds.append(self.clock() - began)
        if outcome is None:
            self.failures.append("no_exceptions: the checker broke on a mutant")
        return outcome is False

    def must_pass(self, point: str, script: Script) -> None:
        verdict = self.judge(script.messages())
        if not verdict.ok:
            self.num_false_rejects += 1
            self.failures.append(f"{point}: {verdict.rationale}")


def run_selftest(
    trial: Trial, spec: CheckerSpec, *, min_kill: float, clock: Callable[[], float]
) -> SelfTest:
    """Return what the gate measured; `ok` only if all twelve points hold."""
    gold = play(trial.start, trial.script.messages()).world
    gate = _Gate(trial=trial, spec=spec, clock=clock, gold=gold)
    gate.must_pass("gold", trial.script)
    for point, script in _equals(trial):
        gate.must_pass(point, script)
    kills = _kill(gate)
    gate.failures.extend(_survivors(kills, min_kill))
    _try_determinism(gate)
    _try_garbage(gate)
    late = sorted(gate.seconds)[int(0.95 * (len(gate.seconds) - 1))]
    if late > MAX_SECONDS:
        gate.failures.append(f"latency: p95 of a check is {late * 1000:.0f} ms")
    return SelfTest(
        ok=not gate.failures,
        kills=kills,
        false_rejects=gate.num_false_rejects,
        failures=gate.failures,
    )


def _equals(trial: Trial) -> Iterator[tuple[str, Script]]:
    """Yield right episodes that look different: points 2, 3 and 4."""
    script = trial.script
    reads = tuple(message for block in script.blocks for message in block.reads)
    if trial.task.outcome != "transfer":
        yield "extra_reads", replace(script, identify=(*script.identify, *reads, *script.identify))
    for order in _orders(trial):
        yield "orders", replace(script, blocks=tuple(script.blocks[place] for place in order))
    for number, block in enumerate(script.blocks):
        for index, call in enumerate(writes_of(replace(script, blocks=(block,)))):
            plain = EnvironmentCall(requestor="assistant", name=call.name, arguments=call.arguments)
            for equal in trial.author.equivalents(plain):
                writes = (*block.writes[:index], calling(equal), *block.writes[index + 1 :])
                blocks = list(script.blocks)
                blocks[number] = replace(block, writes=writes)
                yield "equivalents", replace(script, blocks=tuple(blocks))
    yield "equivalents", _respoken(script)


def _respoken(script: Script) -> Script:
    """Return the episode in capitals, with more blanks, and with another yes."""
    blocks = [
        replace(
            block,
            proposal=(
                saying((block.proposal[0].content or "").upper().replace(" ", "  ")),
                Message(role="user", content="  YES please, go on."),
            )
            if block.proposal
            else (),
            report=tuple(
                m.model_copy(update={"content": (m.content or "").upper()}) for m in block.report
            ),
        )
        for block in script.blocks
    ]
    return replace(script, blocks=tuple(blocks))


def _orders(trial: Trial) -> Iterator[tuple[int, ...]]:
    """Yield the orders of wishes that the partial order of the golden actions allows."""
    numbers = range(len(trial.script.blocks))
    owner: dict[str, int] = {}
    for number, block in enumerate(trial.script.blocks):
        for message in (*block.reads, *block.writes):
            owner.update({call.id: number for call in message.tool_calls or ()})
    needs = {
        (owner[action.id], owner[earlier])
        for action in trial.task.golden_actions
        for earlier in action.depends_on
        if owner[action.id] != owner[earlier]
    }
    allowed = (
        order
        for order in itertools.permutations(numbers)
        if all(order.index(earlier) < order.index(later) for later, earlier in needs)
    )
    # The first is the script's own order.
    yield from itertools.islice(allowed, 1, MAX_ORDERS)


def _kill(gate: _Gate) -> list[KillRow]:
    rows: dict[str, list[int]] = {}
    for operator, script in mutants_of(gate.trial):
        row = rows.setdefault(operator, [0, 0, 0])
        run = play(gate.trial.start, script.messages())
        is_equal = operator in STATE_OPERATORS and not diff_states(gate.gold.state, run.world.state)
        if is_equal:
            row[2] += 1
            continue
        row[0] += 1
        row[1] += gate.kills(run)
    return [
        KillRow(operator=operator, mutants=row[0], killed=row[1], equivalent=row[2])
        for operator, row in rows.items()
    ]


def _survivors(kills: Sequence[KillRow], min_kill: float) -> Iterator[str]:
    mutants, killed = sum(row.mutants for row in kills), sum(row.killed for row in kills)
    if killed < min_kill * mutants:
        yield f"kill: {killed} of {mutants} mutants are killed, wanted {min_kill:.0%}"
    for row in kills:
        is_strict = row.operator in {"collateral", "noop", "drop_write"}
        if row.killed < row.mutants and (is_strict or row.killed == 0):
            yield f"{row.operator}: {row.killed} of {row.mutants} mutants are killed"


def _try_determinism(gate: _Gate) -> None:
    """Point 10: the order in which arguments or musts are written decides nothing."""
    messages = gate.trial.script.messages()
    first = gate.judge(messages)
    turned = [_turned(message) for message in messages]
    second = gate.judge(turned)
    spec = gate.spec
    gate.spec = spec.model_copy(
        update={"goals": spec.goals[::-1], "frame": spec.frame[::-1], "said": spec.said[::-1]}
    )
    third = gate.judge(messages)
    gate.spec = spec
    if not first.reward == second.reward == third.reward:
        gate.failures.append("deterministic: the verdict depends on the order of keys or musts")


def _turned(message: Message) -> Message:
    if not message.tool_calls:
        return message
    calls = [
        call.model_copy(update={"arguments": dict(reversed(call.arguments.items()))})
        for call in message.tool_calls
    ]
    return message.model_copy(update={"tool_calls": calls})


def _try_garbage(gate: _Gate) -> None:
    """Point 12: nothing that an agent can do makes the checker raise."""
    wild = ToolCall(id="x", name="no_such_tool", arguments={"a": [None, {"b": 1e308}], "": "\0"})
    odd = Message(role="assistant", content="", tool_calls=[])
    for messages in (
        [],
        [odd],
        [doing(wild), Message(role="user", content="[(*?")],
        [saying("$1,2,3.4.5 ((((" * 20), doing(wild)],
        [doing(call.model_copy(update={"arguments": {}})) for call in writes_of(gate.trial.script)],
    ):
        gate.judge(messages)


def golden_order(start: World, actions: Sequence[GoldenAction]) -> list[GoldenAction]:
    """Return the actions with what each depends on: pairs that do not commute when executed."""
    return [
        action.model_copy(
            update={
                "depends_on": [
                    earlier.id
                    for earlier in actions[:index]
                    if not _commute(start, earlier, action)
                ]
            }
        )
        for index, action in enumerate(actions)
    ]


def _commute(start: World, one: GoldenAction, other: GoldenAction) -> bool:
    forth, back = start.fork(), start.fork()
    oks = [
        not world.call(action.requestor, action.name, action.arguments).error
        for world, pair in ((forth, (one, other)), (back, (other, one)))
        for action in pair
    ]
    return all(oks) and not diff_states(forth.state, back.state)
