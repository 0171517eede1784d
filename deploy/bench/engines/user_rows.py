"""One table of simulated users: scripted, slipping, tiny, and tiny after fine-tuning as a user.

    SEAWRIGHT_USER_SIMULATOR_MODEL_URL=http://127.0.0.1:8731/policy \\
        SEAWRIGHT_USER_SIMULATOR_MAX_REPLY_TOKENS=64 \\
        seawright up --embedded --folder DIR --port 8731
    python deploy/bench/engines/user_rows.py --url http://127.0.0.1:8731 --out rows.json

`base` is the console's tiny base model, never trained as a customer. `tuned` is that model after
SFT with `role = "user"` on the users' dialogues of one synthesis run per domain, on customers that
no probe has. A user that another engine serves is named as it serves it, with the address given to
the user simulator: start the deployment again with `SEAWRIGHT_USER_SIMULATOR_MODEL_URL` of that
engine, and ask for `--users NAME --engine "SGLang 0.5.23"`.

Every row is one user quality report, with the same probes for every user of a domain where number
and seed are the same. Rows are kept in `--out`, whatever deployment measured them, and one table is
printed of all of them; what was asked of a deployment already is not measured there again.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

import seawright_console.tiny_base
from seawright_console.adapters.http_deployment import addresses_below, connected
from seawright_console.core.deployment import Deployment
from seawright_console.core.quality_table import HEADINGS, quality_rows
from seawright_console.usecases.publish_model import PublishModel
from seawright_shared.clients.user_quality import UserQualityReports
from seawright_shared.contracts.orchestrator import SynthesisRun
from seawright_shared.records.base import Record, Request, content_hash
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import (
    BatchSpec,
    DatasetSpec,
    ModelSpec,
    OptimizerSpec,
    SynthesisSpec,
    TrainingSpec,
)
from seawright_shared.records.trajectories import Trajectory, UserSpec
from seawright_shared.records.user_quality import UserQualityReport, UserQualitySpec

BASE = Path(seawright_console.tiny_base.__file__).parent / "model"
DOMAINS = ("retail", "airline", "telecom")
USERS = ("scripted", "slipping", "base", "tuned")
TINY, TUNED = "tiny-user-base", "tiny-user-sft"
KNOWN = {
    "scripted": UserSpec(kind="scripted"),
    "slipping": UserSpec(kind="scripted", slip_rate=0.2),
    "base": UserSpec(kind="model", model=TINY),
    "tuned": UserSpec(kind="model", model=TUNED),
}
ENDED = {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}


class Row(Record):
    """A user in a domain, and what it took to measure him."""

    report: UserQualityReport
    engine: str
    num_replies: int
    """Asked of the engine: those that stood, and those that were refused."""
    seconds_per_reply: float | None
    """Of the user's stage of the episodes, with as many of them under way as the report plays."""
    load: float
    """Of the machine, over the last minute, when the report ended."""


ROWS = TypeAdapter(list[Row])


def key_of(spec: Request) -> str:
    """Return the idempotency key of an order."""
    return f"user-rows:{content_hash(spec)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What is asked of one deployment; the same order is carried out once."""

    at: Deployment
    seed: int
    """Of databases, synthesis and training."""
    num_customers: int

    def database(self, domain: str) -> DatabaseRef:
        """Return where probes are drawn from, and tasks for other customers synthesized."""
        return DatabaseRef(
            domain=domain, source="seed", seed=self.seed, num_customers=self.num_customers
        )

    async def row(self, engine: str, spec: UserQualitySpec) -> Row:
        """Measure a user."""
        reports = UserQualityReports(self.at.peers["orchestrator"])
        report = await reports.ended((await reports.start(spec, idempotency_key=key_of(spec))).id)
        replies, seconds = 0, 0.0
        for trajectory in await self._trajectories(report.id):
            replies += sum(one.role == "user" for one in trajectory.messages)
            replies += sum(trajectory.user_refusals.values()) + (trajectory.user_fault is not None)
            seconds += trajectory.usage.stages.user
        return Row(
            report=report,
            engine=engine,
            num_replies=replies,
            seconds_per_reply=seconds / replies if replies else None,
            load=os.getloadavg()[0],
        )

    async def _trajectories(self, run_id: str) -> list[Trajectory]:
        cursor, found = None, list[Trajectory]()
        while True:
            page = await self.at.orchestrator.episodes(run_id=run_id, cursor=cursor)
            found += [one.trajectory for one in page.data if one.trajectory is not None]
            if not page.has_more:
                return found
            cursor = page.next_cursor

    async def tuned(self, domains: Sequence[str], steps: int) -> str:
        """Fine-tune the tiny model as a customer of these domains; return what was done."""
        made = [await self._synthesized(domain) for domain in domains]
        wanted = DatasetSpec(
            name="users",
            kind="user_sft",
            synthesis_run_ids=[one.id for one in made],
            max_items=150 * len(domains),
        )
        dataset = await self.at.orchestrator.create_dataset(wanted, idempotency_key=key_of(wanted))
        spec = TrainingSpec(
            kind="sft",
            role="user",
            model=ModelSpec(uri=str(BASE), name=TUNED, dtype="bfloat16"),
            dataset_id=dataset.id,
            num_steps=steps,
            optimizer=OptimizerSpec(learning_rate=1.5e-3, num_warmup_steps=4, schedule="cosine"),
            batch=BatchSpec(tasks_per_step=8, token_budget=4096, max_length=4096),
            checkpoint_every=steps,
            publish_every=steps,
            seed=self.seed,
        )
        trainer = self.at.trainer
        run = await trainer.create_run(spec, idempotency_key=key_of(spec))
        while (run := await trainer.run(run.id)).status not in ENDED:
            await asyncio.sleep(2)
        losses = [
            one.metrics.get("loss", float("nan")) for one in (await trainer.steps(run.id)).data
        ]
        took = (run.updated_at - run.created_at).total_seconds()
        return (
            f"`{TUNED}`: {steps} steps of SFT with seed {self.seed} on {dataset.num_items} dialogues"
            f" of {', '.join(domains)}: {run.status.value} after {took:.0f} s,"
            f" loss {losses[0]:.2f} to {losses[-1]:.3f} (run {run.id})"
        )

    async def _synthesized(self, domain: str) -> SynthesisRun:
        spec = SynthesisSpec(
            domain=domain,
            database=self.database(domain),
            num_streams=2,
            num_iterations=4,
            candidates_per_iteration=80,
            seed=self.seed,
            max_goals=1,
        )
        orchestrator = self.at.orchestrator
        made = await orchestrator.start_synthesis(spec, idempotency_key=key_of(spec))
        while (made := await orchestrator.synthesis_run(made.id)).status not in ENDED:
            await asyncio.sleep(2)
        return made


def table(rows: Sequence[Row]) -> str:
    """Return all rows as Markdown: users beside one another, domain by domain."""
    kinds = {False: 0, True: 1}
    ordered = sorted(
        rows,
        key=lambda row: (
            kinds[row.report.spec.user.kind == "model"],
            row.report.spec.user.slip_rate,
            domain_of(row.report),
        ),
    )
    heads = ("engine", *HEADINGS, "probes' seed", "replies", "ms a reply", "load")
    lines = [heads, ["---"] * len(heads)]
    for row in ordered:
        pace = row.seconds_per_reply
        lines.append(
            [
                row.engine,
                *quality_rows([row.report])[0],
                str(row.report.spec.seed),
                str(row.num_replies),
                "-" if pace is None else f"{pace * 1000:.0f}",
                f"{row.load:.1f}",
            ]
        )
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def domain_of(report: UserQualityReport) -> int:
    """Return the domain's place in the table."""
    return DOMAINS.index(report.spec.database.domain) if report.spec.database else len(DOMAINS)


def kept(file: Path, row: Row | None = None) -> list[Row]:
    """Return all rows so far, this one among them."""
    rows = ROWS.validate_json(file.read_bytes()) if file.exists() else []
    if row is not None:
        rows = [one for one in rows if one.report.id != row.report.id] + [row]
        file.write_bytes(ROWS.dump_json(rows, indent=1) + b"\n")
    return rows


async def measure(given: argparse.Namespace) -> None:
    """Measure the rows that were asked for, and keep each as it ends."""
    async with connected(addresses_below(given.url), timeout_seconds=300.0) as at:
        orders = Orders(at=at, seed=given.seed, num_customers=300)
        if "base" in given.users:
            await PublishModel(deployment=at)(TINY, BASE)
        if "tuned" in given.users:
            print(await orders.tuned(DOMAINS, given.steps), file=sys.stderr, flush=True)
        for name in given.users:
            user = KNOWN.get(name) or UserSpec(kind="model", model=name)
            for domain in given.domains:
                spec = UserQualitySpec(
                    user=user,
                    database=orders.database(domain),
                    num_probes=given.probes,
                    seed=given.probe_seed,
                    max_turns=40,
                )
                engine = given.engine if user.kind == "model" else "-"
                row = await orders.row(engine, spec)
                kept(given.out, row)
                print(table([row]).splitlines()[-1], file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and print the table of all rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="of the deployment; none: only print the table")
    parser.add_argument("--out", type=Path, required=True, help="where rows are kept, as JSON")
    parser.add_argument(
        "--users", nargs="+", default=[*USERS], help=f"{', '.join(USERS)} or a name"
    )
    parser.add_argument("--domains", nargs="+", default=[*DOMAINS], choices=DOMAINS)
    parser.add_argument("--engine", default="torch", help="what serves model users")
    parser.add_argument("--probes", type=int, default=20)
    parser.add_argument("--probe-seed", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7, help="of databases, synthesis and training")
    parser.add_argument("--steps", type=int, default=100, help="of the fine-tuning")
    given = parser.parse_args()
    if given.url:
        asyncio.run(measure(given))
    print(table(kept(given.out)))


if __name__ == "__main__":
    main()
