"""Every recorded call of tau2-bench's airline tools answers the same here, to the character."""

import pytest

from seawright_environment.core.world import World
from seawright_environment.domains import DOMAINS
from tests.conformance.replaying import (
    check_fuzzed,
    check_golden,
    check_parameters,
    repeated_lines,
)
from tests.support.tau2_vectors import needs_vectors, tau2_base, tools

pytestmark = needs_vectors

TOOLS = sorted(DOMAINS["airline"].toolkit.tools)


def test_the_imported_database_has_tau2_benchs_hash():
    recorded = tools("airline")["initial_db_hash"]["agent"]
    assert World.open(tau2_base("airline")).state_hash() == recorded


def test_golden_steps_give_the_recorded_contents_hashes_and_diffs():
    check_golden("airline", num_records=35)


def test_fuzzed_calls_give_the_recorded_contents_and_hashes_after_every_call():
    check_fuzzed("airline", num_calls=1470)


@pytest.mark.parametrize("name", TOOLS)
def test_a_tools_parameters_are_tau2_benchs_and_its_words_are_our_own(name: str):
    check_parameters("airline", name)


def test_no_tool_of_tau2_benchs_airline_is_missing():
    assert set(tools("airline")["tools"]["assistant"]) == set(TOOLS)


def test_the_policy_text_repeats_no_line_of_tau2_benchs():
    assert repeated_lines("airline") == set()
