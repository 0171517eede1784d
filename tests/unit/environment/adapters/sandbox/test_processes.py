"""Sandboxed processes: what holds is tried, what is impossible here is told, nothing leaks."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import JsonValue

from seawright_environment.adapters.sandbox.bubblewrap import find_bubblewrap, wrapped
from seawright_environment.adapters.sandbox.processes import ProcessSandbox
from seawright_environment.adapters.sandbox.zygotes import (
    Job,
    ProcessLimits,
    fork_server,
)
from seawright_environment.core.checker_probes import CANARY, PROBES, is_canary
from seawright_environment.core.source_checker import Conditions, SandboxFault
from tests.support.sandboxes import LIMITS, check_of, no_answer

SHORT = ProcessLimits(cpu_seconds=1, wall_seconds=0.5, output_bytes=64 << 10)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ProcessSandbox]:
    box = ProcessSandbox(limits=SHORT, max_checks=4, find=lambda: None)
    yield box
    box.close()


def probe(name: str) -> str:
    return next(each.source for each in PROBES if each.name == name)


def job(source: str, *layers: str) -> Job:
    return Job(code=source, uses=[], layers=layers, is_bare=False)


FAULTS = {
    "fork_bomb": "killed",
    "ten_gigabytes": "memory",
    "endless_loop": "timeout",
    "endless_sleep": "killed",
    "read_passwd": "killed",
    "write_file": "killed",
    "open_socket": "killed",
    "reach_network": "killed",
    "sys_exit": "error",
    "os_exit": "killed",
    "print_gigabyte": "killed",
    "answer_gigabyte": "memory",
    "answer_megabytes": "output",
    "subclasses_escape": "killed",
    "signal_parent": "killed",
    "ptrace": "killed",
    "regex_catastrophe": "timeout",
    "become_root": "killed",
    "read_shadow": "killed",
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_each_hostile_checker_has_its_defined_end(name: str, sandbox: ProcessSandbox):
    began = time.perf_counter()
    ran = sandbox.run_job(job(probe(name), "rlimits", "seccomp"), no_answer)
    assert (ran.fault, ran.value) == (FAULTS[name], None), ran.detail
    assert time.perf_counter() - began < SHORT.wall_seconds + 1.0
    assert is_canary(sandbox.run_job(job(CANARY, "rlimits", "seccomp"), no_answer))


def test_without_its_layers_the_same_probes_succeed_so_they_can_fail(sandbox: ProcessSandbox):
    for name in ("read_passwd", "fork_bomb", "open_socket", "signal_parent", "ptrace"):
        ran = sandbox.run_job(job(probe(name)), no_answer)
        assert str(ran.value).startswith("BREACH"), (name, ran)


def test_nothing_of_a_hostile_checker_is_left(sandbox: ProcessSandbox):
    def count() -> tuple[int, int]:
        own = psutil.Process()
        # The tests' PostgreSQL is a child, too, and starts and ends processes as it likes.
        children = [c for c in own.children(recursive=True) if not c.name().startswith("postgres")]
        return len(children), own.num_fds()

    sandbox.run_job(job(probe("endless_loop"), "rlimits", "seccomp"), no_answer)
    before, memory = count(), psutil.Process().memory_info().rss
    for name in ("fork_bomb", "ten_gigabytes", "answer_gigabyte", "answer_megabytes", "os_exit"):
        for _ in range(3):
            sandbox.run_job(job(probe(name), "rlimits", "seccomp"), no_answer)
    assert count() == before
    assert psutil.Process().memory_info().rss - memory < 8 << 20


def test_neighbours_are_served_meanwhile():
    box = ProcessSandbox(limits=LIMITS, max_checks=2, find=lambda: None)
    fine = check_of("ck.goal('a', True)", "return ck.result()")
    box.run(fine, [], no_answer, Conditions())
    hostile = threading.Thread(
        target=lambda: box.run_job(job(probe("endless_loop"), "rlimits", "seccomp"), no_answer)
    )
    hostile.start()
    served = 0
    while hostile.is_alive():
        assert box.run(fine, [], no_answer, Conditions()).fault == SandboxFault.NONE
        served += 1
    hostile.join()
    box.close()
    assert served >= 5


def test_hash_seeds_are_real(sandbox: ProcessSandbox):
    source = check_of("return str(list({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}))")

    def ordered(seed: int) -> JsonValue:
        return sandbox.run(source, [], no_answer, Conditions(hash_seed=seed)).value

    assert len({str(ordered(seed)) for seed in range(3)}) == 3
    assert ordered(1) == ordered(1)


def test_a_check_has_neither_secrets_nor_files_nor_a_parents_memory(sandbox: ProcessSandbox):
    seen = """
    import os, sys
    return [sorted(os.environ), sorted(sys.modules), len(os.listdir("/proc/self/fd"))]
    """
    ran = sandbox.run_job(job("def check(ctx, ck):" + seen), no_answer)
    assert isinstance(ran.value, list)
    environment, modules, num_fds = ran.value
    assert environment == []
    assert isinstance(modules, list)
    assert not {"seawright_environment", "pydantic", "socket", "ssl"} & set(map(str, modules))
    # Nowhere three times, the two pipes, and the folder that is being read.
    assert num_fds == 6


def test_the_processes_are_not_root(sandbox: ProcessSandbox):
    ran = sandbox.run_job(
        job("def check(ctx, ck):\n    import os\n    return [os.getuid(), os.geteuid()]"), no_answer
    )
    own = os.geteuid()
    assert ran.value == ([65534, 65534] if own == 0 else [own, own])


def test_a_lost_fork_server_is_a_fault_and_is_replaced():
    box = ProcessSandbox(limits=LIMITS, find=lambda: None)
    fine = check_of("ck.goal('a', True)", "return ck.result()")
    assert box.run(fine, [], no_answer, Conditions()).fault == SandboxFault.NONE
    for child in psutil.Process().children():
        if "-sSPB" in child.cmdline():
            child.send_signal(signal.SIGKILL)
            child.wait(5)
    assert box.run(fine, [], no_answer, Conditions()).fault == SandboxFault.KILLED
    assert box.run(fine, [], no_answer, Conditions()).fault == SandboxFault.NONE
    box.close()


def test_closing_ends_every_process():
    box = ProcessSandbox(limits=LIMITS, find=lambda: None)
    box.run(check_of("return 1"), [], no_answer, Conditions())
    before = {child.pid for child in psutil.Process().children()}
    box.close()
    gone = before - {child.pid for child in psutil.Process().children()}
    assert len(gone) == 1


def test_bubblewrap_that_does_not_work_is_told_and_done_without(tmp_path: Path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'no namespaces here' >&2\nexit 1\n")
    broken.chmod(0o755)
    box = ProcessSandbox(limits=LIMITS, find=lambda: str(broken))
    layers = box.layers()
    assert (layers.bubblewrap, layers.refusal) == ("no namespaces here", "")
    assert box.run(check_of("return 1"), [], no_answer, Conditions()).value == 1
    box.close()
    without = ProcessSandbox(limits=LIMITS, find=lambda: None)
    assert without.layers().bubblewrap == "not installed"
    without.close()


@pytest.mark.parametrize("machine", ["riscv64", "i686"])
def test_where_there_is_no_filter_nothing_runs_and_the_reason_is_told(machine: str):
    text = fork_server().replace("os.uname().machine", repr(machine))
    box = ProcessSandbox(limits=LIMITS, find=lambda: None, text=text)
    assert box.layers().refusal == f"no filter for {machine}"
    ran = box.run(check_of("return 1"), [], no_answer, Conditions())
    assert ran.fault == SandboxFault.UNAVAILABLE
    assert f"no filter for {machine}" in ran.detail
    box.close()


def test_where_the_kernel_has_no_seccomp_nothing_runs():
    # The filter that allows everything stands for a kernel that enforces none.
    text = fork_server().replace("return [*program, KILL]", "return [ALLOW]")
    box = ProcessSandbox(limits=LIMITS, find=lambda: None, text=text)
    assert box.layers().refusal == "the kernel let a forbidden call pass"
    assert box.run(check_of("return 1"), [], no_answer, Conditions()).fault == "unavailable"
    box.close()


def test_root_that_cannot_be_left_runs_nothing():
    text = fork_server().replace("ROOT = drop_root()", "ROOT = 'cannot leave root: EPERM'")
    box = ProcessSandbox(limits=LIMITS, find=lambda: None, text=text)
    assert box.layers().uid == "cannot leave root: EPERM"
    assert box.run(check_of("return 1"), [], no_answer, Conditions()).fault == "unavailable"
    box.close()


def test_under_bubblewrap_there_is_neither_network_nor_etc():
    found = find_bubblewrap()
    box = ProcessSandbox(limits=LIMITS)
    layers = box.layers()
    for name in ("read_passwd", "write_file", "reach_network"):
        value = box.run_job(job(probe(name)), no_answer).value
        if layers.bubblewrap == "":
            assert value is None, name
    box.close()
    # Where it is not installed, that is what is told.
    assert layers.bubblewrap if found is None else True


def test_bubblewrap_takes_a_user_namespace_where_the_service_is_not_root():
    command = wrapped("bwrap", ["python"], is_root=False)
    assert "--unshare-all" in command
    assert "CAP_SETUID" not in command
    assert "--unshare-all" not in wrapped("bwrap", ["python"], is_root=True)


def test_the_fork_servers_program_imports_the_standard_library_alone():
    text = fork_server()
    assert "seawright_environment" not in text
    script = f"import sys; sys.argv = ['x']; __name__ = 'y'\n{text}\nprint(*sys.modules)"
    done = subprocess.run(
        [os.path.realpath("/proc/self/exe"), "-sSPB", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"socket", "subprocess", "asyncio", "site"} & set(done.stdout.split())
