"""Does RL raise held-out pass^1 of the tiny agent? Several seeds, and shuffled rewards beside them.

    python deploy/bench/learning.py --out FOLDER [--seeds 5] [--signals true shuffled]

The demonstration's recipe, whole. A seed changes tasks, database, fine-tuning and rollouts. Each
seed's figures are a line of FOLDER's `learning.jsonl`; those that are there already are not
measured again. The interval is Student's over seeds. One seed takes thirteen minutes on two quiet
cores, with each signal.
"""

import argparse
import asyncio
import json
import math
import statistics
import sys
import time
from importlib import resources
from pathlib import Path
from typing import cast

from seawright_console.cli.embedded import embedded
from seawright_console.cli.outcome import screen
from seawright_console.cli.session import deployment
from seawright_console.core.demo_plan import DemoPlan
from seawright_console.core.demo_result import STAGES, DemoResult
from seawright_console.settings import Settings
from seawright_console.usecases.run_demo import RunDemo

SIGNALS = ("true", "shuffled")
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306}
"""Quantile .975 by number of seeds."""


async def play(seed: int, signal: str, folder: Path) -> DemoResult:
    """Run one demonstration in a folder of its own."""
    settings = Settings()
    plan = DemoPlan(seed=seed, rl_signal=signal == "true", model_prefix=f"learning-{signal}-{seed}")
    base = Path(str(resources.files("seawright_console").joinpath("tiny_base/model")))
    async with (
        embedded(folder, settings.host, 0) as running,
        deployment(settings, running.url) as at,
    ):
        run_demo = RunDemo(
            deployment=at,
            plan=plan,
            base_folder=base,
            screen=screen(),
            clock=time.perf_counter,
            pause=asyncio.sleep,
        )
        return await run_demo()


def figures(result: DemoResult, seed: int, signal: str) -> dict[str, object]:
    """Return what is kept of one seed."""
    passes = {
        stage: run.report.pass_hat[1].value
        for stage, run in result.evaluations.items()
        if run.report is not None
    }
    return {
        "seed": seed,
        "signal": signal,
        "pass1": passes,
        "rl_failure": result.rl_failure,
        "seconds": round(sum(result.seconds.values())),
    }


def gain(line: dict[str, object]) -> float | None:
    """Return RL's pass^1 less SFT's; None where RL failed."""
    passes = cast("dict[str, float]", line["pass1"])
    after, before = passes.get(STAGES["rl"]), passes.get(STAGES["sft"])
    return None if after is None or before is None else after - before


def interval(values: list[float]) -> tuple[float, float]:
    """Return Student's 95 % interval of the mean."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return -math.inf, math.inf
    half = STUDENT.get(len(values), 2.262) * statistics.stdev(values) / math.sqrt(len(values))
    return mean - half, mean + half


def tell(lines: list[dict[str, object]]) -> None:
    """Print each seed, and the mean gain of each signal with its interval."""
    print(f"{'signal':<10} {'seed':>4} {'SFT':>6} {'RL':>6} {'gain':>7} {'seconds':>8}")
    for line in lines:
        passes, gained = cast("dict[str, float]", line["pass1"]), gain(line)
        told = "failed" if gained is None else f"{gained:+.3f}"
        shown = [f"{passes.get(STAGES[key], math.nan):.3f}" for key in ("sft", "rl")]
        print(
            f"{line['signal']:<10} {line['seed']:>4} {shown[0]:>6} {shown[1]:>6} "
            f"{told:>7} {line['seconds']:>8}"
        )
    for signal in SIGNALS:
        gains = [gain(line) for line in lines if line["signal"] == signal]
        known = [one for one in gains if one is not None]
        if known:
            low, high = interval(known)
            print(
                f"{signal}: RL - SFT {statistics.fmean(known):+.3f} [{low:+.3f}, {high:+.3f}] "
                f"over {len(known)} of {len(gains)} seeds"
            )


def main() -> None:
    """Measure what is not there yet, then print everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--signals", nargs="+", choices=SIGNALS, default=list(SIGNALS))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / "learning.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(line["seed"], line["signal"]) for line in lines}
    for seed in range(given.seeds):
        for signal in given.signals:
            if (seed, signal) in done:
                continue
            result = asyncio.run(play(seed, signal, given.out / f"{signal}-{seed}"))
            lines.append(figures(result, seed, signal))
            with path.open("a") as file:
                file.write(json.dumps(lines[-1]) + "\n")
            sys.stdout.flush()
    tell(lines)


if __name__ == "__main__":
    main()
