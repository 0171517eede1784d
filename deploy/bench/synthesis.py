"""Yield per iteration of a synthesis stream with reflection, without, and with random edits.

    python deploy/bench/synthesis.py [--domain retail] [--seeds 3 | --seed-numbers 11 12]
        [--candidates 100] [--iterations 8] [--contrast-rate 0] [--evolutions reflect none random_edits]
    python deploy/bench/synthesis.py --processes 2 [--streams 16] [--rollouts 1] [...]

The environment and the user simulator run in this process; every task check is the real one and
the scripted agent plays every task. The frozen first and last plans are then compared on customers
who were never drawn, at equal shares of goals. With `--processes`, throughput instead: a whole run by
so many orchestrator processes over one PostgreSQL; see `measuring/synthesis_processes.py`.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from measuring import synthesis_processes

from seawright_orchestrator.core.synthesis.statistics import share
from tests.integration.retail_synthesis import (
    Comparison,
    Curve,
    Evolution,
    compared,
    in_process,
    run_stream,
    spec_of,
)

EVOLUTIONS: tuple[Evolution, ...] = ("reflect", "none", "random_edits")


def print_table(curves: Sequence[Curve], comparisons: Sequence[Comparison]) -> None:
    """Print a row per stream: yields, then the frozen comparison."""
    print("evolution    seed  yield per iteration -> held out: first, last, gain [95 %]; sequences")
    for curve, found in zip(curves, comparisons, strict=True):
        yields = " ".join(f"{value:.2f}" for value in curve.yields)
        gain = found.gain
        sequences = [curve.stream.reports[index].num_sequences for index in (0, -1)]
        print(
            f"{curve.evolution:12} {curve.seed:4}  {yields} -> {share(found.first.accepted):.2f}, "
            f"{share(found.last.accepted):.2f}, {gain.value:+.2f} [{gain.low:+.2f}, "
            f"{gain.high:+.2f}]; {sequences[0]} to {sequences[1]} ({curve.seconds:.0f} s)"
        )


def as_json(curve: Curve, found: Comparison) -> dict[str, object]:
    """Return one row as plain values."""
    num_candidates = sum(report.num_candidates for report in curve.stream.reports)
    num_accepted = sum(report.num_accepted for report in curve.stream.reports)
    tasks = [task for accepted in curve.tasks for task in accepted]
    return {
        "domain": curve.spec.domain,
        "outcomes": dict(Counter(task.outcome for task in tasks)),
        "noop_passable": sum(task.noop_passable for task in tasks),
        "pairs": sum(task.pair is not None for task in tasks) // 2,
        "evolution": curve.evolution,
        "seed": curve.seed,
        "yields": [round(value, 4) for value in curve.yields],
        "sequences": [report.num_sequences for report in curve.stream.reports],
        "entropies": [round(value, 2) for value in curve.entropies],
        "heldout_first": share(found.first.accepted),
        "heldout_last": share(found.last.accepted),
        "gain": found.gain.model_dump(),
        "seconds": round(curve.seconds, 1),
        "candidates_per_second": round(num_candidates / curve.seconds, 1),
        "accepted_per_second": round(num_accepted / curve.seconds, 1),
        "resident_mebibytes": resident_mebibytes(),
    }


def resident_mebibytes() -> float:
    """Return the most memory that this process has held so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


async def measure_all(given: argparse.Namespace, blobs: Path) -> None:
    """Run every mode on every seed, print the table and the JSON line."""
    synthesis = in_process(blobs)
    curves: list[Curve] = []
    comparisons: list[Comparison] = []
    for evolution in given.evolutions:
        for seed in given.seed_numbers or range(1, given.seeds + 1):
            spec = spec_of(
                evolution,
                seed,
                candidates=given.candidates,
                iterations=given.iterations,
                domain=given.domain,
            ).model_copy(
                update={
                    "rollouts_per_task": given.rollouts,
                    "contrast_rate": given.contrast_rate,
                }
            )
            curves.append(await run_stream(synthesis, spec))
            comparisons.append(await compared(synthesis, curves[-1], num=given.tasks))
            # What is done is told at once: a long measurement may be cut short.
            print(json.dumps(as_json(curves[-1], comparisons[-1])), flush=True)
    print_table(curves, comparisons)
    rows = [as_json(*pair) for pair in zip(curves, comparisons, strict=True)]
    print(json.dumps({"synthesis": rows}))


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domain", default="retail")
    parser.add_argument("--evolutions", nargs="+", choices=EVOLUTIONS, default=EVOLUTIONS)
    parser.add_argument("--contrast-rate", type=float, default=0.0)
    parser.add_argument("--seeds", type=int, default=3, help="so many, from 1 on")
    parser.add_argument("--seed-numbers", type=int, nargs="+", help="these instead")
    parser.add_argument("--candidates", type=int, default=100)
    parser.add_argument("--iterations", type=int, default=8)
    parser.add_argument("--rollouts", type=int, default=0, help="scripted, per accepted task")
    parser.add_argument("--tasks", type=int, default=30, help="held-out tasks to sample")
    parser.add_argument("--processes", type=int, help="orchestrators side by side: throughput only")
    parser.add_argument("--streams", type=int, default=16, help="of the run with --processes")
    given = parser.parse_args()
    if given.processes is not None:
        print(json.dumps({"synthesis_processes": synthesis_processes.measure(given)}))
        return
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure_all(given, Path(folder)))


if __name__ == "__main__":
    main()
