from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.synthesis.masks import masks_of
from seawright_shared.records.base import Scalar
from seawright_shared.records.literals import holds
from seawright_shared.records.plans import Literal_

VALUES = st.sampled_from(["x", "y", 0, 1, 2, 1.0, 0.5, True, False])
FEATURES = st.dictionaries(st.sampled_from(["a", "b"]), VALUES)
LITERALS = st.builds(
    Literal_,
    feature=st.sampled_from(["a", "b", "never"]),
    op=st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in"]),
    value=VALUES | st.lists(VALUES, max_size=2),
)


@given(st.lists(LITERALS, max_size=5), st.lists(FEATURES, max_size=12))
def test_a_mask_has_the_bits_of_the_rows_that_the_literal_holds_in(
    literals: list[Literal_], rows: list[Mapping[str, Scalar]]
):
    found = masks_of(literals, [(2 * index, features) for index, features in enumerate(rows)])
    assert found == [
        sum(1 << 2 * index for index, features in enumerate(rows) if holds(literal, features))
        for literal in literals
    ]
