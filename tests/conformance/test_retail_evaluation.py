"""Every recorded evaluation of tau2-bench's retail tasks comes out the same here."""

from tests.conformance.evaluating import (
    check_documents,
    check_messages,
    check_real,
    check_synthetic,
)
from tests.support.tau2_vectors import needs_vectors

pytestmark = needs_vectors


def test_golden_replays_are_rewarded_as_recorded():
    check_synthetic("golden_retail", "retail", num_records=80)


def test_mutated_replays_are_rewarded_as_recorded():
    check_synthetic("mutated_retail", "retail", num_records=319)


def test_real_trajectories_are_rewarded_as_recorded_under_both_task_definitions():
    check_real("real_retail", "retail", num_records=141)


def test_messages_survive_import_and_export_unchanged():
    check_messages("real_retail")


def test_tasks_survive_import_and_export_unchanged():
    check_documents("retail")
