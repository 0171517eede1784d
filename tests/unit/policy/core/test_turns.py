import pytest

from seawright_policy.core.turns import check
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.trajectories import Sampling


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", -1.0),
        ("temperature", 1e-9),
        ("temperature", float("inf")),
        ("temperature", float("nan")),
        ("top_p", 0.0),
        ("top_p", 1.5),
        ("max_tokens", 0),
        ("seed", 1 << 64),
    ],
)
def test_what_cannot_be_drawn_with_is_named(field, value):
    with pytest.raises(InvalidRequestError) as caught:
        check(Sampling(**{field: value}))
    assert [error.pointer for error in caught.value.errors] == [f"/sampling/{field}"]


def test_greedy_and_common_sampling_is_fine():
    check(Sampling(temperature=0.0))
    check(Sampling(temperature=0.7, top_p=0.95, seed=-5, max_tokens=1))
