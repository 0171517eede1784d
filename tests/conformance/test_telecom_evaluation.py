"""Every recorded evaluation of tau2-bench's telecom tasks comes out the same here."""

from typing import Any

import pytest

from tests.conformance.evaluating import (
    check_documents,
    check_messages,
    check_real,
    check_synthetic,
)
from tests.support.tau2_vectors import needs_vectors, records

pytestmark = needs_vectors


@pytest.mark.parametrize(
    ("name", "num_records"), [("golden_telecom", 80), ("golden_telecom_full", 1520)]
)
def test_golden_replays_are_rewarded_as_recorded(name: str, num_records: int):
    check_synthetic(name, "telecom", num_records=num_records)


def test_mutated_replays_are_rewarded_as_recorded():
    found = records("mutated_telecom")
    assert [record["mutation"] for record in found if has_random_bill(record)] == ["extra_write"]
    check_synthetic("mutated_telecom", "telecom", num_records=320, has_random_id=has_random_bill)


def has_random_bill(record: dict[str, Any]) -> bool:
    """Return whether a charge began a bill, whose id tau2-bench draws at random.

    In its data, only C1001 has a drafted bill that takes a charge.
    """
    return any(
        step["name"] == "refuel_data"
        and not step["error"]
        and step["arguments"]["customer_id"] != "C1001"
        for step in record["steps"]
    )


def test_real_trajectories_are_rewarded_as_recorded_under_both_task_definitions():
    assert sum(record["solo_mode"] for record in records("real_telecom")) == 72
    check_real("real_telecom", "telecom", num_records=147)


def test_the_workflow_variant_is_the_same_world():
    check_synthetic("golden_telecom", "telecom", num_records=80, variant="telecom-workflow")


def test_messages_survive_import_and_export_unchanged():
    check_messages("real_telecom")


def test_tasks_survive_import_and_export_unchanged():
    check_documents("telecom")
