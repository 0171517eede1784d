"""Cost of the environment's operations, as ratios to tau2-bench's own.

    python deploy/bench/environment.py [--tau2 ../shared/tau2] [--runs 5] [--domains airline ...]

The folder holds tau2-bench's data, its recorded costs (`peer_speed.json`, medians of five on two
cores, Python 3.12) and its recorded episodes. What is measured here runs in one thread, on the same
data, and is checked: every hash and every reward must be the recorded one. Where tau2-bench was
measured twice (opening a session, evaluating in airline), the smaller cost is the yardstick.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from measuring.rows import Row, table_of
from measuring.tau2_inputs import DomainInputs, Episode, arguments_of, read_domain, requestor_of

from seawright_environment.core.databases import Databases
from seawright_environment.core.sessions import OpenSession
from seawright_environment.core.tau2_evaluation import evaluate, run_gold
from seawright_environment.core.tau2_verdicts import tau2_verdict
from seawright_environment.core.world import World
from seawright_environment.domains import DOMAINS
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.ids import new_id

EARLIER = {
    ("airline", "env_construct_s"): 0.118,
    ("retail", "env_construct_s"): 0.060,
    ("airline", "evaluate_one_s"): 0.847,
}
"""What tau2-bench cost in an earlier measurement, in seconds."""
OPEN_RATIO = {"airline": 1000.0, "retail": 1000.0}
VERIFY_RATIO = {"airline": 200.0}
GOLDEN_SECONDS = 0.2
SIZES = (10, 1_000, 1_000_000)
MAX_GROWTH = 2.0
FIRST_READS = {
    "airline": ("users", "get_user_details", "user_id"),
    "retail": ("users", "get_user_details", "user_id"),
    "telecom": ("customers", "get_customer_by_id", "customer_id"),
}
"""By domain: a customer's table, and the tool and its argument that read one."""


def timed(runs: int, repeats: int, act: Callable[[], object]) -> float:
    """Return the median, over runs, of the mean seconds of one call."""
    seconds: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        for _ in range(repeats):
            act()
        seconds.append((time.perf_counter() - began) / repeats)
    return median(seconds)


def peer_of(inputs: DomainInputs, key: str) -> dict[str, Any]:
    """Return the smaller of tau2-bench's recorded costs, and which it is."""
    recorded = inputs.peer[key]
    seconds = recorded["median"] if isinstance(recorded, dict) else recorded
    earlier = EARLIER.get((inputs.name, key), seconds)
    if earlier < seconds:
        return {"peer_seconds": earlier, "peer_source": "earlier measurement"}
    return {"peer_seconds": seconds, "peer_source": "peer_speed.json"}


def open_row(inputs: DomainInputs, runs: int) -> Row:
    """Measure what a session of its own world costs."""
    seconds = timed(
        runs, 2000, lambda: OpenSession(id=new_id("session"), world=World.open(inputs.base))
    )
    return Row(
        name=f"{inputs.name}: open a session",
        seconds=seconds,
        min_ratio=OPEN_RATIO.get(inputs.name),
        **peer_of(inputs, "env_construct_s"),
    )


def call_rows(inputs: DomainInputs, runs: int) -> Iterator[Row]:
    """Measure tool calls, content text included."""
    for kind in ("read", "write"):
        for name, per_second in inputs.peer[f"{kind}_calls_per_s"].items():
            if name.startswith("_"):
                continue
            sets = arguments_of(inputs.name, inputs.base, name)
            sets = (sets * 100)[: max(100, len(sets))]
            call = partial(call_all, World.open(inputs.base), name, sets)
            call()
            yield Row(
                name=f"{inputs.name}: {kind} {name}",
                seconds=timed(runs, 2, call) / len(sets),
                peer_seconds=1 / per_second,
                peer_source="peer_speed.json",
            )


def call_all(world: World, name: str, sets: Sequence[dict[str, Any]]) -> None:
    """Call a tool with every argument set, in one world, as at tau2-bench."""
    requestor = requestor_of(name)
    for arguments in sets:
        result = world.call(requestor, name, arguments)
        assert not result.error, (name, arguments, result.content)


def hash_rows(inputs: DomainInputs, runs: int) -> Iterator[Row]:
    """Measure the agent's hash after each base task's golden actions, and both sides' at rest."""
    worlds = [run_gold(inputs.base, document) for document in inputs.base_tasks]
    each = [timed(runs, 1, world.state_hash) for world in worlds]
    yield Row(
        name=f"{inputs.name}: state hash after golden actions",
        seconds=median(each),
        p90_seconds=p90(each),
        **peer_of(inputs, "get_db_hash_s"),
    )
    if "get_user_db_hash_s" in inputs.peer:
        each = [timed(runs, 1, world.user_state_hash) for world in worlds]
        yield Row(
            name=f"{inputs.name}: hash of the user's side",
            seconds=median(each),
            p90_seconds=p90(each),
            **peer_of(inputs, "get_user_db_hash_s"),
        )


def p90(seconds: Sequence[float]) -> float:
    """Return the last tenth's beginning."""
    return quantiles(seconds, n=10)[8]


def verify_rows(inputs: DomainInputs, runs: int) -> Iterator[Row]:
    """Measure the reward of a finished episode, and the whole verdict with the final hash."""
    for label, episodes in (("golden", inputs.golden), ("real", inputs.real)):
        rewards: list[float] = []
        verdicts: list[float] = []
        for episode in episodes:
            costs = [verified(inputs, episode) for _ in range(runs)]
            rewards.append(median(reward for reward, _ in costs))
            verdicts.append(median(verdict for _, verdict in costs))
        for what, seconds in (("reward", rewards), ("verdict with final hash", verdicts)):
            yield Row(
                name=f"{inputs.name}: {what} of a {label} episode ({len(episodes)})",
                seconds=median(seconds),
                p90_seconds=p90(seconds),
                min_ratio=VERIFY_RATIO.get(inputs.name),
                **peer_of(inputs, "evaluate_one_s"),
            )


def verified(inputs: DomainInputs, episode: Episode) -> tuple[float, float]:
    """Return the seconds until the reward and until the verdict, both checked."""
    began = time.perf_counter()
    result = evaluate(
        inputs.base, episode.document, episode.messages, episode.stop, is_solo=episode.is_solo
    )
    rewarded = time.perf_counter()
    verdict = tau2_verdict(result, episode.stop)
    ended = time.perf_counter()
    task = episode.document.id
    assert verdict.reward == episode.reward, (inputs.name, task, verdict.reward)
    assert episode.final_hash in {None, verdict.final_state_hash}, (inputs.name, task)
    return rewarded - began, ended - began


def golden_rows(domains: Sequence[DomainInputs], runs: int) -> Iterator[Row]:
    """Measure all base tasks' golden actions, a fresh world each, initial calls included."""
    costs: list[list[float]] = []
    for inputs in domains:
        costs.append(
            [timed(1, 1, lambda inputs=inputs: replay_all(inputs)) for _ in range(runs + 1)][1:]
        )
        yield Row(
            name=f"{inputs.name}: golden replay of {len(inputs.base_tasks)} base tasks",
            seconds=median(costs[-1]),
            **peer_of(inputs, "golden_replay_all_base_s"),
        )
    names = [inputs.name for inputs in domains]
    is_whole = set(names) == set(FIRST_READS)
    yield Row(
        name=f"{' + '.join(names)}: golden replay",
        seconds=median(map(sum, zip(*costs, strict=True))),
        peer_seconds=sum(inputs.peer["golden_replay_all_base_s"] for inputs in domains),
        peer_source="peer_speed.json",
        max_seconds=GOLDEN_SECONDS if is_whole else None,
    )


def replay_all(inputs: DomainInputs) -> None:
    """Run every base task's golden actions."""
    for document in inputs.base_tasks:
        run_gold(inputs.base, document)


def open_size_rows(domain: str, runs: int) -> Iterator[Row]:
    """Measure opening a session, by the size of the generated database; sizes take turns."""
    databases = Databases(DOMAINS)
    bases = {
        size: databases.load(DatabaseRef(domain=domain, source="seed", seed=1, num_customers=size))
        for size in SIZES
    }
    costs: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(runs):
        for size, base in bases.items():
            costs[size].append(timed(1, 500, partial(World.open, base)))
    yield from grown(f"{domain}: open a generated world", costs)


def grown(name: str, costs: Mapping[int, Sequence[float]]) -> Iterator[Row]:
    """Return a row per size, each compared with the cheapest."""
    cheapest = min(map(median, costs.values()))
    for size, seconds in costs.items():
        yield Row(
            name=f"{name}; {size:,} customers",
            seconds=median(seconds),
            p90_seconds=p90(seconds),
            growth=median(seconds) / cheapest,
            max_growth=MAX_GROWTH,
        )


def size_rows(domain: str, runs: int) -> Iterator[Row]:
    """Measure making a generated database, opening a session and the first read, by size.

    Sizes take turns, each time with another seed, so that nothing made before is met again.
    """
    costs: dict[int, list[float]] = {size: [] for size in SIZES}
    for turn in range(runs + 1):
        for place in range(len(SIZES)):
            size = SIZES[(place + turn) % len(SIZES)]
            seconds = first_read(domain, size, seed=1 + turn * len(SIZES) + place)
            if turn:
                costs[size].append(seconds)
    yield from grown(f"{domain}: make, open, first read", costs)


def first_read(domain: str, size: int, *, seed: int) -> float:
    """Return the seconds from nothing to the first customer's details."""
    table, tool, key = FIRST_READS[domain]
    ref = DatabaseRef(domain=domain, source="seed", seed=seed, num_customers=size)
    gc.collect()
    began = time.perf_counter()
    base = Databases(DOMAINS).load(ref)
    world = World.open(base)
    customer = next(islice(base.database.tables[table], 1))
    result = world.call("assistant", tool, {key: customer})
    seconds = time.perf_counter() - began
    assert not result.error, result.content
    return seconds


def measure(folder: Path, names: Sequence[str], runs: int) -> list[Row]:
    """Return a row per operation."""
    peers = json.loads((folder / "peer_speed.json").read_text())["domains"]
    domains = [read_domain(folder, name, peers[name]) for name in names]
    rows: list[Row] = []
    for inputs in domains:
        World.open(inputs.base).state_hash()
        rows += [open_row(inputs, runs), *call_rows(inputs, runs)]
        rows += [*hash_rows(inputs, runs), *verify_rows(inputs, runs)]
    rows += golden_rows(domains, runs)
    for name in names:
        rows += [*open_size_rows(name, 6 * runs), *size_rows(name, 6 * runs)]
    return rows


def main() -> None:
    """Print the table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    here = Path(__file__).parents[2]
    parser.add_argument("--tau2", type=Path, default=here.parent / "shared" / "tau2")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--domains", nargs="+", choices=[*FIRST_READS], default=[*FIRST_READS])
    given = parser.parse_args()
    if not (given.tau2 / "peer_speed.json").is_file():
        reason = "tau2-bench's records are not here: give their folder with --tau2"
        sys.stdout.write(f"{reason}\n{json.dumps({'skipped': reason})}\n")
        return
    missing = [name for name in given.domains if name not in DOMAINS]
    for name in missing:
        sys.stdout.write(f"skipped: {name} is not served here\n")
    rows = measure(given.tau2, [name for name in given.domains if name in DOMAINS], given.runs)
    sys.stdout.write(table_of(rows))
    result: dict[str, object] = {row.name: row.as_json() for row in rows}
    if missing:
        result["skipped"] = ", ".join(missing)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
