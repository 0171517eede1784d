"""What an id says of its run."""

from typing import Literal

from seawright_shared.errors import InvalidRequestError

Kind = Literal["synthesis", "training", "evaluation"]
PREFIXES: dict[str, Kind] = {"srun": "synthesis", "trun": "training", "erun": "evaluation"}


def kind_of(run_id: str) -> Kind:
    """Return what kind of run an id names, or raise `InvalidRequestError`."""
    kind = PREFIXES.get(run_id.partition("_")[0])
    if kind is None:
        known = ", ".join(f"{prefix}_ ({kind})" for prefix, kind in PREFIXES.items())
        raise InvalidRequestError(f"{run_id!r} is no run id; run ids begin with {known}")
    return kind
