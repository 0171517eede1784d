"""Laws of the start that a task's initialization data makes of a database."""

from pydantic import JsonValue

from seawright_environment.core.populations import Population
from seawright_environment.core.tau2_replay import initial_patch
from seawright_shared.records.tasks import PatchOp
from tests.unit.environment.domains.airline.airlines import generated


def test_data_for_one_entity_changes_that_entity_and_reads_no_other():
    base = generated(seed=3, num_customers=400)
    reservations = base.database.tables["reservations"]
    assert isinstance(reservations, Population)
    reservation_id = next(iter(reservations))
    insured = reservations[reservation_id]["insurance"]
    num_read = reservations.num_kept
    other = "no" if insured == "yes" else "yes"
    data: dict[str, JsonValue] = {
        "agent_data": {"reservations": {reservation_id: {"insurance": other}}}
    }
    assert initial_patch(base, data) == [
        PatchOp(path=["reservations", reservation_id, "insurance"], op="set", value=other)
    ]
    assert reservations.num_kept == num_read
