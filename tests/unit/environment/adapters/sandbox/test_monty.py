"""Monty: the same ends for the same hostile checkers, and a fresh interpreter each time."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from seawright_environment.adapters.sandbox.monty import MontySandbox
from seawright_environment.core.checker_probes import CANARY, PROBES, Probe, is_canary
from seawright_environment.core.source_checker import Conditions, SandboxFault
from tests.support.sandboxes import check_of, no_answer


@pytest.fixture(scope="module")
def sandbox() -> Iterator[MontySandbox]:
    box = MontySandbox(wall_seconds=0.5)
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


def test_a_monty_that_cannot_start_is_unavailable_not_a_fault_of_the_checker(tmp_path: Path):
    box = MontySandbox(program_path=tmp_path / "none")
    ran = box.run(check_of("return 1"), [], no_answer, Conditions())
    box.close()
    assert ran.fault == SandboxFault.UNAVAILABLE
    assert "no Monty here" in ran.detail


def test_the_workers_do_not_have_the_services_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_OF_THE_SERVICE", "x")
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    box = MontySandbox(find=lambda: None)
    assert box.run(check_of("return 1"), [], no_answer, Conditions()).value == 1
    assert box.confinement == "an empty environment; bubblewrap is not installed"
    started = [c for c in psutil.Process().children(recursive=True) if c.pid not in before]
    workers = [child.environ() for child in started if child.name() == "monty"]
    box.close()
    assert workers
    assert all("SECRET_OF_THE_SERVICE" not in environment for environment in workers)


def test_bubblewrap_that_does_not_work_is_told_and_done_without(tmp_path: Path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    box = MontySandbox(find=lambda: str(broken))
    assert box.run(check_of("return 1"), [], no_answer, Conditions()).value == 1
    assert box.confinement == "an empty environment; bubblewrap does not work here"
    box.close()


def test_closing_leaves_no_worker_and_no_file_behind():
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    folders = set(Path(tempfile.gettempdir()).glob("seawright-monty-*"))
    box = MontySandbox()
    box.run(check_of("return 1"), [], no_answer, Conditions())
    box.close()
    assert set(Path(tempfile.gettempdir()).glob("seawright-monty-*")) == folders
    started = [c for c in psutil.Process().children(recursive=True) if c.pid not in before]
    assert psutil.wait_procs(started, timeout=5)[1] == []
