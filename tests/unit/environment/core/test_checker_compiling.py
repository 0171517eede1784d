"""A spec and its source agree: on gold, on every mutant, and on values made up by a machine."""

from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from seawright_environment.core.checker import judge
from seawright_environment.core.checker_compiling import compile_source
from seawright_environment.core.checker_values import equal
from seawright_environment.core.checker_vetting import prepare
from seawright_environment.core.mutants import Trial, mutants_of
from seawright_environment.core.selftest_scripts import gold_script, play
from seawright_environment.core.source_checker import Conditions, Sandboxes, SourceChecker
from seawright_environment.core.world import World
from seawright_shared.records.checkers import (
    AnyOfItem,
    CalledItem,
    CheckerSpec,
    GoalItem,
    SaidItem,
)
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from tests.support.sandboxes import check_of, no_answer, sandboxes, source_checker
from tests.support.synthesis import AUTHOR, accepted, shop


@pytest.fixture(scope="module")
def boxes() -> Iterator[Sandboxes]:
    with sandboxes() as both:
        yield both


def one_per_goal_type() -> list[Task]:
    """One accepted task for each set of goals with one or two goals."""
    found: dict[str, Task] = {}
    for task in accepted():
        if len(task.goal_types) == 1 or len(found) > 14:
            found.setdefault("+".join(task.goal_types), task)
    return list(found.values())[:16]


def episodes(task: Task, start: World, limit: int) -> Iterator[tuple[str, list[Message]]]:
    trial = Trial(task=task, script=gold_script(task), start=start, author=AUTHOR)
    yield "gold", trial.script.messages()
    for number, (operator, script) in enumerate(mutants_of(trial)):
        if number < limit:
            yield operator, script.messages()


def differences(checker: SourceChecker, task: Task, limit: int) -> tuple[list[str], set[bool]]:
    """Return the episodes on which the two verdicts differ, and which outcomes were seen."""
    start = World.open(shop())
    assert task.checker is not None
    found, seen = [], set()
    for operator, messages in episodes(task, start, limit):
        run = play(start, messages)
        spec, source = judge(task.checker, run), checker.judge(run)
        checks = [(c.id, c.ok) for c in spec.checks if not c.id.startswith("any_of")]
        others = [(c.id, c.ok) for c in source.checks if not c.id.startswith("any_of")]
        if (spec.ok, spec.reward, checks) != (source.ok, source.reward, others):
            found.append(f"{operator}: {source.rationale}")
        seen.add(source.ok)
    return found, seen


def test_spec_and_source_agree_on_gold_and_on_every_mutant(boxes: Sandboxes):
    tasks = one_per_goal_type()
    assert len(tasks) >= 8
    for task in tasks:
        assert task.checker is not None
        checker = source_checker(compile_source(task.checker), boxes)
        assert differences(checker, task, 40) == ([], {True, False})


def test_the_sandboxed_process_agrees_too(boxes: Sandboxes):
    for task in one_per_goal_type()[:3]:
        assert task.checker is not None
        checker = source_checker(compile_source(task.checker), boxes, "cpython")
        assert differences(checker, task, 6) == ([], {True, False})


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(-1e6, 1e6)
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
EQUAL = check_of(
    "found = ctx.said('user')",
    "for mode in ['exact', 'money', 'unordered', 'text']:",
    "    ck.goal(mode, ck.equal(found[0], found[1], mode))",
    "return ck.result()",
)


def in_sandbox(boxes: Sandboxes, runtime: str, pair: list[JsonValue]) -> list[bool]:
    code, uses = prepare(EQUAL)
    box = boxes.monty if runtime == "monty" else boxes.cpython
    ran = box.run(code, uses, lambda *_: pair, Conditions())
    assert ran.fault == "none", ran.detail
    return [goal["ok"] for goal in ran.value["claims"]["goals"]]  # type: ignore[index, call-overload]


def near(value: JsonValue) -> st.SearchStrategy[JsonValue]:
    """Draw what is equal in some sense, or nearly."""
    options: list[JsonValue] = [value]
    if isinstance(value, str):
        options += [value.upper(), f"  {value} ", value + "x"]
    if isinstance(value, list):
        options += [value[::-1], value[1:], [*value, None]]
    if isinstance(value, int | float) and not isinstance(value, bool):
        options += [float(value), value + 1e-9, value + 0.004, -value, value + 1]
    if isinstance(value, dict):
        options += [dict(reversed(value.items())), {**value, "": 1}]
    return st.sampled_from(options)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(values.flatmap(lambda v: st.tuples(st.just(v), near(v))), st.tuples(values, values))
)
def test_values_are_equal_inside_a_sandbox_exactly_where_they_are_outside(
    boxes: Sandboxes, pair: tuple[JsonValue, JsonValue]
):
    outside = [equal(*pair, mode) for mode in ("exact", "money", "unordered", "text")]
    assert in_sandbox(boxes, "monty", list(pair)) == outside


@settings(max_examples=25, deadline=None)
@given(values.flatmap(lambda v: st.tuples(st.just(v), near(v))))
def test_the_process_compares_alike(boxes: Sandboxes, pair: tuple[JsonValue, JsonValue]):
    outside = [equal(*pair, mode) for mode in ("exact", "money", "unordered", "text")]
    assert in_sandbox(boxes, "cpython", list(pair)) == outside


texts = st.text(max_size=8)
paths = st.lists(texts | st.integers(0, 5), min_size=1, max_size=4)
specs = st.builds(
    CheckerSpec,
    goals=st.lists(st.builds(GoalItem, path=paths, value=values), max_size=12),
    any_of=st.lists(
        st.builds(AnyOfItem, path=paths, options=st.lists(values, max_size=3)), max_size=3
    ),
    frame=st.lists(texts, max_size=12),
    called=st.lists(
        st.builds(CalledItem, name=texts, arguments=st.dictionaries(texts, values, max_size=3)),
        max_size=3,
    ),
    never_called=st.lists(texts, max_size=3),
    confirmed_before_writes=st.booleans(),
    confirmed_writes=st.lists(texts, max_size=2),
    said=st.lists(st.builds(SaidItem, text=texts, cents=st.none() | st.integers()), max_size=3),
)


@settings(max_examples=60)
@given(specs)
def test_every_spec_compiles_to_source_that_is_allowed(spec: CheckerSpec):
    prepare(compile_source(spec))


@settings(max_examples=60, deadline=None)
@given(spec=specs)
def test_a_compiled_spec_claims_exactly_what_the_spec_says(boxes: Sandboxes, spec: CheckerSpec):
    start = World.open(shop())
    run = play(start, [])
    spec_verdict = judge(spec, run)
    source_verdict = source_checker(compile_source(spec), boxes).judge(run)
    if spec_verdict.reward is None or source_verdict.reward is None:
        assert spec_verdict.reward == source_verdict.reward
        return
    assert [c.ok for c in source_verdict.checks] == [c.ok for c in spec_verdict.checks]


def test_no_answer_is_not_taken_for_a_value(boxes: Sandboxes):
    ask = partial(no_answer)
    code, uses = prepare(check_of("x = ctx.final['orders']['#W1']", "return ck.result()"))
    for box in (boxes.monty, boxes.cpython):
        ran = box.run(code, uses, ask, Conditions())
        assert (ran.fault, ran.value) == ("error", None)
        assert "KeyError" in ran.detail
