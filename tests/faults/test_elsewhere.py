"""Drills that tests in other places hold: they are run again here, so that the table is whole."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Measured
from tests.faults.smoke import MOST_SECONDS, SECONDS
from tests.faults.table import DRILLS

ROOT = Path(__file__).parents[2]
VLLM = "tests/unit/policy/adapters/test_vllm_engine.py"
ITERATION = "tests/unit/orchestrator/usecases/synthesis/test_run_iteration.py"
USER = "tests/contract/test_user_simulator.py"
FAULTS_ARE_NO_REWARDS = (
    "tests/unit/orchestrator/core/test_pass_hat.py::test_faults_are_counted_and_never_scored"
)
HELD: dict[int, tuple[str, ...]] = {
    9: (
        f"{VLLM}::test_a_turn_that_hangs_ends_at_its_deadline_and_is_aborted_there",
        f"{VLLM}::test_a_stream_that_hangs_in_the_middle_ends_at_its_deadline_and_is_aborted",
        f"{ITERATION}::test_failed_infrastructure_is_retried_and_changes_nothing",
        FAULTS_ARE_NO_REWARDS,
    ),
    10: (
        f"{VLLM}::test_a_reply_that_cannot_be_trained_on_is_refused_as_a_fault",
        f"{VLLM}::test_a_stream_that_goes_wrong_in_the_middle_is_a_fault_and_no_turn",
        "tests/unit/orchestrator/adapters/test_trace_sizes.py"
        "::test_sampled_tokens_without_log_prob_or_version_are_refused",
    ),
    11: (
        f"{VLLM}::test_weights_change_under_many_turns_and_none_is_lost",
        f"{VLLM}::test_turns_that_end_in_time_are_of_one_version",
        f"{VLLM}::test_a_server_that_always_has_old_weights_gives_no_turn",
        f"{VLLM}::test_a_server_that_comes_back_with_old_weights_reads_the_current_ones_first",
    ),
    12: (
        f"{USER}::test_an_engine_that_is_down_is_asked_again_and_never_the_users_fault",
        f"{USER}::test_a_reply_that_cannot_stand_is_asked_for_thrice_more_and_then_the_users_fault",
        f"{USER}::test_the_same_words_again_are_refused_but_not_to_the_same_question",
        f"{ITERATION}::test_a_users_slip_is_rerolled_and_never_becomes_a_reward",
        "tests/unit/orchestrator/usecases/synthesis/test_routes.py"
        "::test_user_is_rolled_again_twice_and_the_spoilt_episodes_are_kept_without_reward",
        FAULTS_ARE_NO_REWARDS,
    ),
    16: ("tests/contract/test_environment_hostile.py", "tests/unit/environment/adapters/sandbox"),
    17: ("tests/contract/test_access.py", "tests/contract/test_environment_mcp.py"),
    20: ("tests/unit/shared/jobs/test_states.py", "tests/integration/jobs/test_ends.py"),
    23: ("tests/integration/test_trainer_ranks.py", "tests/integration/test_trainer_orphans.py"),
    24: ("tests/e2e/test_episode_kill.py",),
    26: (
        "tests/unit/shared/telemetry/test_logs.py",
        "tests/contract/test_access.py::test_refusals_and_writes_are_audit_events_without_a_secret",
        "tests/contract/test_access.py::test_no_secret_shows_in_the_settings_or_the_gate",
    ),
    28: ("tests/contract/test_orchestrator_reverification.py",),
}


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("number", [pytest.param(n, marks=pytest.mark.drills(n)) for n in HELD])
def test_what_other_tests_hold_holds(number: int, measured: Measured):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *HELD[number]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=1400,
    )
    last = done.stdout.strip().splitlines()[-1]
    passed = re.search(r"(\d+) passed", last)
    files = sorted({where.partition("::")[0] for where in HELD[number]})
    measured(f"{last}: {', '.join(files)}")
    assert done.returncode == 0, done.stdout[-3000:]
    assert passed, "no test was chosen"
    assert "skipped" not in last, last


def test_what_is_said_to_be_held_elsewhere_is_there():
    for where in (where for places in HELD.values() for where in places):
        path, _, name = where.partition("::")
        assert (ROOT / path).exists(), where
        if name:
            tree = ast.parse((ROOT / path).read_text())
            named = {
                node.name
                for node in tree.body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            }
            assert name in named, where


def test_every_drill_is_held_by_a_test():
    marked = {
        int(number)
        for file in Path(__file__).parent.glob("test_*.py")
        for number in re.findall(r"mark\.drills\((\d+)", file.read_text())
    }
    assert set(DRILLS) - marked - set(HELD) == set()


def test_every_smoke_drill_is_a_drill_and_their_shares_fit():
    marked: set[str] = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        tree = ast.parse(file.read_text())
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                marks = {ast.unparse(mark).partition("(")[0] for mark in node.decorator_list}
                if "pytest.mark.drills" in marks:
                    marked.add(node.name)
    assert set(SECONDS) - marked == set()
    assert sum(SECONDS.values()) <= MOST_SECONDS
