"""Kill a training run in seven ways and hold its end against that of the undisturbed run.

    python deploy/bench/trainer_faults.py

Two gloo ranks under torchrun train a tiny model by SFT; the service is a process of its own. After
each SIGKILL the run must go on by itself within 30 s and end with the same weights and moments,
bit for bit, with each step in the ledger once and as many optimizer steps as steps. Prints the
table; exits with 1 where one of these does not hold. Needs Linux.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.trainer_faults import FAULTS, NUM_STEPS, Reached, play

WITHIN_SECONDS = 30.0
HEAD = """| fault | goes on after | attempts | steps done again | steps in the ledger | differs in |
|---|---|---|---|---|---|"""


def row(name: str, found: Reached, plain: Reached) -> str:
    """Return a line of the table."""
    seconds = "-" if found.recovered_seconds is None else f"{found.recovered_seconds:.1f} s"
    is_whole = found.surviving() == list(range(1, NUM_STEPS + 1))
    ledger = f"1 to {NUM_STEPS}, each once" if is_whole else str(found.surviving())
    differs = ", ".join(found.differences(plain)) or "nothing"
    return f"| {name} | {seconds} | {found.run.attempt} | {found.num_lost} | {ledger} | {differs} |"


def is_held(found: Reached, plain: Reached) -> bool:
    """Return whether the run kept what is promised."""
    is_prompt = found.recovered_seconds is not None and found.recovered_seconds <= WITHIN_SECONDS
    is_whole = found.surviving() == list(range(1, NUM_STEPS + 1))
    is_struck = found.run.attempt > 1
    return is_struck and is_prompt and is_whole and not found.differences(plain)


async def main() -> None:
    """Play all runs, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        plain = await play(Path(folder) / "undisturbed")
        assert plain.surviving() == list(range(1, NUM_STEPS + 1)), plain.run.status_reason
        assert plain.num_applied == NUM_STEPS
        print(f"weights {plain.weights}, load {os.getloadavg()[0]:.1f}\n\n{HEAD}")
        print(row("none", plain, plain), flush=True)
        kept: list[bool] = []
        for index, (name, strike) in enumerate(FAULTS.items()):
            found = await play(Path(folder) / str(index), strike)
            kept.append(is_held(found, plain))
            print(row(name, found, plain), flush=True)
        print(f"\n{sum(kept)} of {len(kept)} held, load {os.getloadavg()[0]:.1f}")
    if not all(kept):
        sys.exit(1)


if __name__ == "__main__":
    asyncio.run(main())
