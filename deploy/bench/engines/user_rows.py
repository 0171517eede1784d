"""One table of simulated users: scripted, slipping, tiny, and tiny after fine-tuning as a user.

    SEAWRIGHT_USER_SIMULATOR_MODEL_URL=http://127.0.0.1:8731/policy \\
        SEAWRIGHT_USER_SIMULATOR_MAX_REPLY_TOKENS=64 \\
        seawright up --embedded --folder DIR --port 8731
    python deploy/bench/engines/user_rows.py --url http://127.0.0.1:8731 [--probes 20] [--steps 60]

The tiny user is the console's tiny base model, never trained as a customer. The tuned one is that
model after SFT with `role = "user"` on the `user_sft` version of a synthesis run on customers that
no probe has. Every row is one user quality report; the same probes for every user of a domain.
Prints Markdown as the rows come; the last line is the JSON of all reports.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import seawright_console.tiny_base
from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.core.deployment import Deployment
from seawright_console.core.quality_table import HEADINGS, quality_rows
from seawright_console.usecases.publish_model import PublishModel
from seawright_shared.clients.user_quality import UserQualityReports
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
from seawright_shared.records.trajectories import UserSpec
from seawright_shared.records.user_quality import UserQualityReport, UserQualitySpec

BASE = Path(seawright_console.tiny_base.__file__).parent / "model"
DOMAINS = ("airline", "retail", "telecom")
SCRIPTED = UserSpec(kind="scripted")
SLIPPING = UserSpec(kind="scripted", slip_rate=0.2)
TINY = UserSpec(kind="model", model="tiny-user-base")
TUNED = UserSpec(kind="model", model="tiny-user-sft")
ENDED = {JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The reports of one deployment, printed as they end."""

    at: Deployment
    seed: int
    num_customers: int

    def database(self, domain: str) -> DatabaseRef:
        """Return where probes are drawn from, and tasks for other customers synthesized."""
        return DatabaseRef(
            domain=domain, source="seed", seed=self.seed, num_customers=self.num_customers
        )

    async def row(self, user: UserSpec, domain: str, probes: int) -> UserQualityReport:
        """Measure a user."""
        reports = UserQualityReports(self.at.peers["orchestrator"])
        spec = UserQualitySpec(
            user=user, database=self.database(domain), num_probes=probes, seed=1, max_turns=40
        )
        began = time.perf_counter()
        found = await reports.ended((await reports.start(spec)).id)
        seconds = time.perf_counter() - began
        for cells in quality_rows([found]):
            print("|", " | ".join([*cells, f"{seconds:.0f} s"]), "|", flush=True)
        return found

    async def tuned(self, steps: int) -> None:
        """Synthesize retail tasks, make the users' dialogues a dataset, and train on them."""
        spec = SynthesisSpec(
            domain="retail",
            database=self.database("retail"),
            num_streams=2,
            num_iterations=4,
            candidates_per_iteration=80,
            seed=self.seed,
            max_goals=1,
        )
        began = time.perf_counter()
        made = await self.at.orchestrator.start_synthesis(spec)
        while made.status not in ENDED:
            await asyncio.sleep(2)
            made = await self.at.orchestrator.synthesis_run(made.id)
        wanted = DatasetSpec(
            name="users", kind="user_sft", synthesis_run_ids=[made.id], max_items=300
        )
        dataset = await self.at.orchestrator.create_dataset(wanted)
        print(
            f"synthesis {made.status.value} and {dataset.num_items} dialogues of users:"
            f" {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        training = TrainingSpec(
            kind="sft",
            role="user",
            model=ModelSpec(uri=str(BASE), name=str(TUNED.model), dtype="bfloat16"),
            dataset_id=dataset.id,
            num_steps=steps,
            optimizer=OptimizerSpec(learning_rate=1.5e-3, num_warmup_steps=4, schedule="cosine"),
            batch=BatchSpec(tasks_per_step=8, token_budget=4096, max_length=4096),
            checkpoint_every=steps,
            publish_every=steps,
            seed=self.seed,
        )
        run = await self.at.trainer.create_run(training)
        while run.status not in ENDED:
            await asyncio.sleep(2)
            run = await self.at.trainer.run(run.id)
        done = await self.at.trainer.steps(run.id)
        losses = [f"{one.metrics.get('loss', float('nan')):.3f}" for one in done.data]
        print(
            f"SFT as a user, {run.status.value}, {steps} steps:"
            f" {time.perf_counter() - began:.0f} s; loss {losses[:1]} to {losses[-1:]}",
            flush=True,
        )


async def measure(given: argparse.Namespace) -> list[UserQualityReport]:
    """Measure all rows, the cheap ones first."""
    at = opened(addresses_below(given.url), timeout_seconds=300.0)
    rows = Rows(at=at, seed=7, num_customers=300)
    print("|", " | ".join([*HEADINGS, "took"]), "|", flush=True)
    print("|" + "---|" * (len(HEADINGS) + 1), flush=True)
    found: list[UserQualityReport] = []
    try:
        plain = [(user, domain) for user in (SCRIPTED, SLIPPING) for domain in DOMAINS]
        found += [await rows.row(user, domain, 100) for user, domain in plain]
        await PublishModel(deployment=at)(str(TINY.model), BASE)
        found.append(await rows.row(TINY, "retail", given.probes))
        await rows.tuned(given.steps)
        found.append(await rows.row(TUNED, "retail", given.probes))
        others = ("airline", "telecom")
        found += [await rows.row(TINY, domain, given.probes) for domain in others]
    finally:
        for peer in at.peers.values():
            await peer.aclose()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--probes", type=int, default=20, help="of the model users")
    parser.add_argument("--steps", type=int, default=60, help="of the fine-tuning")
    found: Sequence[UserQualityReport] = asyncio.run(measure(parser.parse_args()))
    print(json.dumps([one.model_dump(mode="json") for one in found]))


if __name__ == "__main__":
    main()
