"""Monty: the same ends for the same hostile checkers, and a fresh interpreter each time."""

import time
from collections.abc import Iterator

import psutil
import pytest

from seawright_environment.adapters.sandbox.monty import MontySandbox
from seawright_environment.core.checker_probes import CANARY, PROBES, Probe, is_canary
from seawright_environment.core.source_checker import Conditions, SandboxFault
from tests.support.sandboxes import check_of, no_answer


@pytest.fixture(scope="module")
def sandbox() -> Iterator[MontySandbox]:
    box = MontySandbox(wall_seconds=0.3)
    yield box
    box.close()


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_no_hostile_checker_gets_anywhere(probe: Probe, sandbox: MontySandbox):
    began = time.perf_counter()
    ran = sandbox.run(probe.source, [], no_answer, Conditions())
    assert ran.value is None
    assert time.perf_counter() - began < 2.0
    assert is_canary(sandbox.run(CANARY, [], no_answer, Conditions()))


def test_nothing_is_kept_between_checks(sandbox: MontySandbox):
    leave = "left = 1\n" + check_of("global left", "left = 2", "return 1")
    assert sandbox.run(leave, [], no_answer, Conditions()).value == 1
    look = sandbox.run(check_of("return left"), [], no_answer, Conditions())
    assert look.fault == SandboxFault.ERROR
    assert "NameError" in look.detail


def test_the_clock_inside_is_fixed_and_shifts_with_the_conditions(sandbox: MontySandbox):
    source = check_of("import datetime", "return str(datetime.datetime.now().year)")
    years = [
        sandbox.run(source, [], no_answer, Conditions(clock_shift_days=days)).value
        for days in (0, 400, 0)
    ]
    assert years == ["2026", "2027", "2026"]


def test_the_services_memory_does_not_grow(sandbox: MontySandbox):
    hostile = [
        check_of("return 'x' * 20000000"),
        check_of("return ctx.final.path(['orders', 'x' * 10000000])"),
        check_of("for i in range(100):", "    print('x' * 100000)"),
    ]
    for source in hostile:
        sandbox.run(source, [], no_answer, Conditions())
    before = psutil.Process().memory_info().rss
    for source in hostile * 5:
        assert sandbox.run(source, [], no_answer, Conditions()).value is None
    assert psutil.Process().memory_info().rss - before < 24 << 20


def test_a_monty_that_cannot_start_is_unavailable_not_a_fault_of_the_checker(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("MONTY_BIN", "/nowhere/monty")
    box = MontySandbox()
    ran = box.run(check_of("return 1"), [], no_answer, Conditions())
    box.close()
    assert ran.fault == SandboxFault.UNAVAILABLE
    assert "no Monty here" in ran.detail
