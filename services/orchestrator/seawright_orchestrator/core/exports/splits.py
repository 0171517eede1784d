"""The splits of an export: by customer and contrast pair, never through one."""

from collections.abc import Mapping, Sequence

from seawright_orchestrator.core.exports.columns import Split
from seawright_orchestrator.core.near_duplicates import bound
from seawright_orchestrator.core.seeds import digest

BITS = 52


def splits(bonds: Mapping[str, Sequence[str]], *, test_share: float, seed: int) -> dict[str, Split]:
    """Return each task's split; `bonds` are, by task, what ties it to others.

    Which split a group gets follows from its first bond alone: more tasks move none.
    """
    ids = list(bonds)
    found: dict[str, Split] = {}
    for group in bound([bonds[task_id] for task_id in ids]):
        name = min(bond for index in group for bond in bonds[ids[index]])
        place = int(digest(seed, "split", name), 16) % (1 << BITS) / (1 << BITS)
        split: Split = "test" if place < test_share else "train"
        found.update({ids[index]: split for index in group})
    return found
