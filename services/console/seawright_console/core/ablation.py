"""The ablation: what is left out in each arm, and what one run of one arm measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.base import Record, content_hash
from seawright_shared.records.specs import SynthesisSpec

MOST_CANDIDATES, MOST_ITERATIONS = 2000, 64
"""Per iteration and per stream: what a spec allows."""
FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How much is measured."""

    num_seeds: int = 3
    num_few: int = 4
    """Streams of the arm with few of them."""
    num_heldout: int = 60
    """Tasks asked of each frozen plan, on customers never seen."""


def full(spec: SynthesisSpec, options: Options) -> SynthesisSpec:  # noqa: ARG001 - one signature for all arms
    """Return the spec as it is."""
    return spec


def no_verification(spec: SynthesisSpec, options: Options) -> SynthesisSpec:  # noqa: ARG001
    """Return the spec that keeps whatever executes."""
    return spec.model_copy(update={"verification": False})


def no_evolution(spec: SynthesisSpec, options: Options) -> SynthesisSpec:  # noqa: ARG001
    """Return the spec whose plans stay as they were drawn."""
    return spec.model_copy(update={"evolution": "none"})


def random_edits(spec: SynthesisSpec, options: Options) -> SynthesisSpec:  # noqa: ARG001
    """Return the spec whose plans get as many rules, chosen blindly."""
    return spec.model_copy(update={"evolution": "random_edits"})


def few_streams(spec: SynthesisSpec, options: Options) -> SynthesisSpec:
    """Return the spec with few plans and as many candidates in all.

    More iterations take what a single one may not hold.
    """
    few = options.num_few if options.num_few < spec.num_streams else max(1, spec.num_streams // 4)
    whole = spec.num_streams * spec.candidates_per_iteration
    times = ceil(whole / (few * MOST_CANDIDATES))
    num_iterations = spec.num_iterations * times
    if num_iterations > MOST_ITERATIONS:
        raise InvalidRequestError(
            f"{few} streams cannot draw {whole * spec.num_iterations} candidates: they would need "
            f"{num_iterations} iterations, and {MOST_ITERATIONS} is the most"
        )
    return spec.model_copy(
        update={
            "num_streams": few,
            "num_iterations": num_iterations,
            "candidates_per_iteration": ceil(whole / (few * times)),
        }
    )


ARMS: Mapping[str, Callable[[SynthesisSpec, Options], SynthesisSpec]] = {
    FULL: full,
    "no verification": no_verification,
    "no evolution": no_evolution,
    "random edits": random_edits,
    "few streams": few_streams,
}
"""What is compared, in the order of the table."""


class Cell(Record):
    """One run of one arm with one seed, measured; saved as soon as it is done."""

    arm: str
    seed: int
    spec: SynthesisSpec
    run_id: str
    yields: list[tuple[int, int]]
    """Accepted and candidates per iteration, over all streams."""
    first_accepted: list[bool]
    """By full verification, per candidate of the first plans, on customers never seen."""
    first_customers: list[str]
    last_accepted: list[bool]
    last_customers: list[str]
    num_accepted: int
    num_sequences: int
    """Different sequences of tool names among all accepted tasks."""
    cells: dict[str, int] = {}
    """Accepted per cell of the coverage grid."""
    causes: list[dict[str, int]] = []
    """Rejected per failure class, by iteration."""
    num_let_through: int
    """Drafts that the arm's own last evaluation plan accepts, on customers never seen."""
    num_wrong: int
    """Those of them that full verification refuses."""
    seconds: float


def cell_specs(
    base: SynthesisSpec, options: Options, arms: Sequence[str]
) -> list[tuple[str, SynthesisSpec]]:
    """Return every arm with every seed, seed by seed, so that all arms have a row early.

    A seed is that of the run and of the database: other plans for other people.
    """
    unknown = [arm for arm in arms if arm not in ARMS]
    if unknown:
        raise InvalidRequestError(f"{unknown[0]!r} is no arm; there are: {', '.join(ARMS)}")
    whole = base.model_copy(update={"num_accepted": None})
    found: list[tuple[str, SynthesisSpec]] = []
    for number in range(options.num_seeds):
        database = whole.database.model_copy(update={"seed": whole.database.seed + number})
        seeded = whole.model_copy(update={"seed": whole.seed + number, "database": database})
        found += [(arm, ARMS[arm](seeded, options)) for arm in arms]
    return found


def cell_key(arm: str, spec: SynthesisSpec, options: Options) -> str:
    """Return the name under which a cell is saved: what it was made of decides it."""
    made_of = [spec.model_dump(mode="json"), options.num_heldout]
    return f"{arm.replace(' ', '-')}-{spec.seed}-{content_hash([*made_of])[:12]}"
