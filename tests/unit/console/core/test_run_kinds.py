import pytest

from seawright_console.core.run_kinds import PREFIXES, kind_of
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.ids import new_id


@pytest.mark.parametrize("prefix", sorted(PREFIXES))
def test_an_id_says_the_kind_of_its_run(prefix: str):
    assert kind_of(new_id(prefix)) == PREFIXES[prefix]


def test_an_id_of_something_else_is_refused():
    with pytest.raises(InvalidRequestError, match="srun_"):
        kind_of("task_123")
