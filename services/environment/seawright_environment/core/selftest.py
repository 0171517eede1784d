"""The gate of twelve points that a checker passes before any rollout (DESIGN 5)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from seawright_environment.core.mutants import (
    STATE_OPERATORS,
    Trial,
    mutants_of,
    writes_of,
)
from seawright_environment.core.patches import diff_states
from seawright_environment.core.replay import Replay
from seawright_environment.core.selftest_equals import equals_of
from seawright_environment.core.selftest_judges import (
    Judge,
    SpecJudge,
    assertions_of,
    hash_of,
)
from seawright_environment.core.selftest_scripts import (
    Script,
    doing,
    saying,
)
from seawright_environment.core.stages import Stage
from seawright_environment.core.world import World
from seawright_shared.records.checkers import CheckerSpec, KillRow, SelfTest, StyleKills
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.verdicts import Verdict

MAX_SECONDS = 0.05
"""p95 of one check."""
MAX_BREAKS = 3
"""Verdicts without a reward after which a checker is tried no further."""


@dataclass(slots=True, kw_only=True)
class _Gate:
    """One run of the gate, and what it found."""

    trial: Trial
    judge_of: Judge
    clock: Callable[[], float]
    stage: Stage
    gold: World
    failures: list[str] = field(default_factory=list[str])
    seconds: list[float] = field(default_factory=list[float])
    mutants: list[tuple[str, Replay]] = field(default_factory=list[tuple[str, Replay]])
    num_false_rejects: int = 0
    num_breaks: int = 0

    @property
    def is_broken(self) -> bool:
        return self.num_breaks >= MAX_BREAKS

    def judge(self, run: Replay, judge: Judge | None = None) -> Verdict:
        trying = judge or self.judge_of
        began = self.clock()
        verdict = trying.judge(run)
        took = self.clock() - began
        known = trying.seconds(verdict)
        self.seconds.append(took if known is None else known)
        if verdict.reward is None:
            self.broke(verdict.rationale)
        return verdict

    def kills(self, run: Replay) -> bool:
        if not isinstance(self.judge_of, SpecJudge):
            verdict = self.judge(run)
            return verdict.reward is not None and not verdict.ok
        # A spec stops at the first must that does not hold.
        began = self.clock()
        outcome = self.judge_of.holds(run)
        self.seconds.append(self.clock() - began)
        if outcome is None:
            self.broke("the checker broke on a mutant")
        return outcome is False

    def broke(self, why: str) -> None:
        self.num_breaks += 1
        self.failures.append(f"no_exceptions: {why}")

    def must_pass(self, point: str, script: Script) -> None:
        if self.is_broken:
            return
        verdict = self.judge(self.stage.play(script.messages()))
        if not verdict.ok:
            self.num_false_rejects += 1
            self.failures.append(f"{point}: {verdict.rationale}")


def run_selftest(
    trial: Trial, spec: CheckerSpec, *, min_kill: float, clock: Callable[[], float]
) -> SelfTest:
    """Return what the gate measured of a spec; `ok` only if all twelve points hold."""
    return run_gate(trial, SpecJudge(spec=spec), min_kill=min_kill, clock=clock)


def run_gate(
    trial: Trial,
    judge: Judge,
    *,
    min_kill: float,
    clock: Callable[[], float],
    has_styles: bool = False,
) -> SelfTest:
    """Return what the gate measured of a checker in either form.

    `has_styles` adds what simpler checkers of the same task kill of the same mutants.
    """
    stage = Stage.of(trial.start)
    gold = stage.play(trial.script.messages()).world
    gate = _Gate(trial=trial, judge_of=judge, clock=clock, stage=stage, gold=gold)
    gate.must_pass("gold", trial.script)
    for point, script in equals_of(trial):
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
        styles=_styles(gate, kills) if has_styles else [],
    )


def _styles(gate: _Gate, kills: list[KillRow]) -> list[StyleKills]:
    """Return the matrix operator x style: the checker that was tried is its first row."""
    is_spec = isinstance(gate.judge_of, SpecJudge)
    own = StyleKills(style="composite", form="spec" if is_spec else "source", kills=kills)
    rows = [own]
    spec = gate.trial.spec
    if not is_spec and gate.trial.task.checker is not None:
        composite = SpecJudge(spec=spec).holds
        rows.append(StyleKills(style="composite", form="spec", kills=_rows(gate, composite)))
    assertions, hashed = assertions_of(spec).holds, hash_of(gate.gold.state_hash()).holds
    rows.append(StyleKills(style="assertions", form="spec", kills=_rows(gate, assertions)))
    rows.append(StyleKills(style="hash", form="spec", kills=_rows(gate, hashed)))
    return rows


def _kill(gate: _Gate) -> list[KillRow]:
    """Try every mutant; those that are right after all are told apart, not counted."""
    for operator, script in mutants_of(gate.trial):
        gate.mutants.append((operator, gate.stage.play(script.messages())))
    return _rows(gate, lambda run: None if gate.is_broken else not gate.kills(run))


def _rows(gate: _Gate, holds: Callable[[Replay], bool | None]) -> list[KillRow]:
    rows: dict[str, list[int]] = {}
    for operator, run in gate.mutants:
        row = rows.setdefault(operator, [0, 0, 0])
        is_equal = operator in STATE_OPERATORS and not diff_states(gate.gold.state, run.world.state)
        if is_equal:
            row[2] += 1
            continue
        row[0] += 1
        row[1] += holds(run) is False
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
    """Point 10: neither the order of keys or musts, nor hash seeds or clocks decide anything."""
    if gate.is_broken:
        return
    messages = gate.trial.script.messages()
    runs = [gate.stage.play(messages), gate.stage.play([])]
    wanted = [gate.judge(run).reward for run in runs]
    turned = gate.stage.play([_turned(message) for message in messages])
    if gate.judge(turned).reward != wanted[0]:
        gate.failures.append("deterministic: the verdict depends on the order of keys")
    for name, twin in gate.judge_of.twins():
        if [gate.judge(run, twin).reward for run in runs] != wanted:
            gate.failures.append(f"deterministic: the verdict depends on {name}")


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
        if not gate.is_broken:
            gate.judge(gate.stage.play(messages))
