"""Cost of the environment's operations, as ratios to tau2-bench's own.

    python deploy/bench/environment.py [--tau2 ../shared/tau2] [--runs 5]

The folder holds tau2-bench's data, its recorded costs (`peer_speed.json`, medians of five on two
cores, Python 3.12) and its recorded episodes. What is measured here runs in one thread, on the same
retail data, and is checked: every hash and every reward must be the recorded one.
"""

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from seawright_environment.adapters.tau2_files import Tau2Files
from seawright_environment.core.databases import Databases
from seawright_environment.core.tau2_documents import Tau2Document, read_document
from seawright_environment.core.tau2_evaluation import evaluate
from seawright_environment.core.tau2_messages import import_messages
from seawright_environment.core.world import Base, World
from seawright_environment.domains import DOMAINS
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message
from seawright_shared.records.trajectories import StopReason

READS = ("find_user_id_by_name_zip", "get_user_details", "get_order_details", "get_product_details")
WRITES = ("modify_user_address", "modify_pending_order_address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One operation: seconds here and at tau2-bench."""

    name: str
    seconds: float
    peer_seconds: float

    @property
    def ratio(self) -> float:
        """How many times faster it is here."""
        return self.peer_seconds / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A recorded golden episode and its recorded outcome."""

    document: Tau2Document
    messages: Sequence[Message]
    reward: float
    final_hash: str


def timed(runs: int, repeats: int, act: Callable[[], object]) -> float:
    """Return the median, over runs, of the mean seconds of one call."""
    seconds: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        for _ in range(repeats):
            act()
        seconds.append((time.perf_counter() - began) / repeats)
    return median(seconds)


def arguments_of(base: Base) -> dict[str, list[dict[str, Any]]]:
    """Return a hundred argument sets per tool, spread over the database."""
    tables: Any = base.database.tables
    users = list(tables["users"].values())[:500:5]
    orders = [each for each in tables["orders"].values() if each["status"] == "pending"][:100]
    return {
        "find_user_id_by_name_zip": [{**u["name"], "zip": u["address"]["zip"]} for u in users],
        "get_user_details": [{"user_id": each["user_id"]} for each in users],
        "get_order_details": [{"order_id": each["order_id"]} for each in orders],
        "get_product_details": [{"product_id": each} for each in [*tables["products"]] * 2],
        "modify_user_address": [{"user_id": u["user_id"], **u["address"]} for u in users],
        "modify_pending_order_address": [
            {"order_id": each["order_id"], **each["address"]} for each in orders
        ],
    }


def call_rows(base: Base, peer: dict[str, Any], runs: int) -> list[Row]:
    """Measure tool calls, content text included."""
    sets = arguments_of(base)
    peers = {**peer["read_calls_per_s"], **peer["write_calls_per_s"]}
    rows: list[Row] = []
    for name in (*READS, *WRITES):
        # As at tau2-bench, all calls go to one world.
        world = World.open(base)

        def call_all(world: World = world, name: str = name) -> None:
            for arguments in sets[name]:
                assert not world.call("assistant", name, arguments).error

        seconds = timed(runs, 5, call_all) / len(sets[name])
        rows.append(Row(name=name, seconds=seconds, peer_seconds=1 / peers[name]))
    return rows


def hash_row(base: Base, peer: dict[str, Any], runs: int) -> Row:
    """Measure the hash after two entities were changed, each time others."""
    sets = arguments_of(base)
    worlds: list[World] = []
    for user, order in zip(
        sets["modify_user_address"], sets["modify_pending_order_address"], strict=True
    ):
        world = World.open(base)
        world.call("assistant", "modify_user_address", {**user, "zip": "00000"})
        world.call("assistant", "modify_pending_order_address", {**order, "zip": "00000"})
        worlds.append(world)
    turns = iter(worlds * (runs + 1))
    seconds = timed(runs, len(worlds), lambda: next(turns).state_hash())
    return Row(
        name="state hash after two changes", seconds=seconds, peer_seconds=peer["get_db_hash_s"]
    )


def episodes(folder: Path, documents: dict[str, Any]) -> list[Episode]:
    """Return the recorded golden episodes as the evaluator got them."""
    found: list[Episode] = []
    with gzip.open(folder / "open" / "golden_retail.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            messages: list[dict[str, Any]] = [{"role": "user", "content": "hello"}]
            for number, step in enumerate(record["steps"]):
                keys = ("name", "arguments", "requestor")
                call = {"id": f"c{number}", **{key: step[key] for key in keys}}
                messages.append({"role": step["requestor"], "tool_calls": [call]})
                answer = {key: step[key] for key in ("content", "error", "requestor")}
                messages.append({"role": "tool", "id": f"c{number}", **answer})
            messages.append({"role": "assistant", "content": record["final_text"]})
            found.append(
                Episode(
                    document=read_document(documents[record["task_id"]]),
                    messages=import_messages(messages),
                    reward=record["reward_info"]["reward"],
                    final_hash=record["final_hash"]["agent"],
                )
            )
    return found


def evaluate_row(base: Base, found: Sequence[Episode], peer: dict[str, Any], runs: int) -> Row:
    """Measure one evaluation, final hash included; the median over the recorded episodes."""
    each: list[float] = []
    for episode in found:
        seconds: list[float] = []
        for _ in range(runs):
            began = time.perf_counter()
            result = evaluate(base, episode.document, episode.messages, StopReason.USER_STOP)
            assert result.world is not None
            final = result.world.state_hash()
            seconds.append(time.perf_counter() - began)
            assert (result.reward, final) == (episode.reward, episode.final_hash)
        each.append(median(seconds))
    peer_seconds = peer["evaluate_one_s"]["median"]
    return Row(name="evaluate one episode", seconds=median(each), peer_seconds=peer_seconds)


def golden_row(base: Base, documents: dict[str, Any], peer: dict[str, Any], runs: int) -> Row:
    """Measure all base tasks' golden actions, a fresh world each."""
    actions = [each["evaluation_criteria"]["actions"] for each in documents.values()]
    assert sum(map(len, actions)) == peer["golden_actions"]

    def replay_all() -> None:
        for golden in actions:
            world = World.open(base)
            for action in golden:
                world.call("assistant", action["name"], action["arguments"])

    return Row(
        name=f"golden replay of {len(actions)} base tasks",
        seconds=timed(runs, 1, replay_all),
        peer_seconds=peer["golden_replay_all_base_s"],
    )


def measure(folder: Path, runs: int) -> list[Row]:
    """Return a row per operation."""
    peer = json.loads((folder / "peer_speed.json").read_text())["domains"]["retail"]
    files = Tau2Files(folder=folder / "data")
    listed: list[Any] = list(files.tasks("retail"))
    documents = {each["id"]: each for each in listed}
    databases = Databases(DOMAINS, read_tau2=files.database)
    base = databases.load(DatabaseRef(domain="retail", source="tau2"))
    opened = timed(runs, 1000, lambda: World.open(base))
    return [
        Row(name="open a session", seconds=opened, peer_seconds=peer["env_construct_s"]),
        *call_rows(base, peer, runs),
        hash_row(base, peer, runs),
        evaluate_row(base, episodes(folder, documents), peer, runs),
        golden_row(base, documents, peer, runs),
    ]


def main() -> None:
    """Print the table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    here = Path(__file__).parents[2]
    parser.add_argument("--tau2", type=Path, default=here.parent / "shared" / "tau2")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    if not (given.tau2 / "peer_speed.json").is_file():
        reason = "tau2-bench's records are not here: give their folder with --tau2"
        sys.stdout.write(f"{reason}\n{json.dumps({'skipped': reason})}\n")
        return
    rows = measure(given.tau2, given.runs)
    sys.stdout.write(f"{'retail, medians':38} {'here':>12} {'tau2-bench':>12} {'ratio':>9}\n")
    for row in rows:
        here_us, peer_us = row.seconds * 1e6, row.peer_seconds * 1e6
        sys.stdout.write(f"{row.name:38} {here_us:9.1f} us {peer_us:9.1f} us {row.ratio:8.1f}x\n")
    result = {
        row.name: {
            "seconds": float(f"{row.seconds:.4g}"),
            "peer_seconds": float(f"{row.peer_seconds:.4g}"),
            "ratio": round(row.ratio, 1),
        }
        for row in rows
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
