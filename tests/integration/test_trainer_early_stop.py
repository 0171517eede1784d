"""SFT of a real model, measured while real ranks train it: it ends by itself, best weights served."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.specs import EarlyStopSpec, MixSpec
from seawright_trainer.adapters.local_launcher import LocalLauncher
from tests.support.toy_world import WANTED, share_right
from tests.support.trainer_house import TrainerHouse, open_house

pytestmark = pytest.mark.slow
NUM_STEPS = 400


@dataclass
class Stopped:
    """What came of a run that could have gone on for long."""

    run: TrainingRun
    commits: list[PolicyVersion]
    right_before: float
    right_served: float
    counts: dict[str, object]


def of_two_domains(dialogues: list[Dialogue]) -> list[Dialogue]:
    """Return them as one domain's, and once more as another's that teaches a wrong answer."""
    right = [dialogue.model_copy(update={"domain": "right"}) for dialogue in dialogues]
    wrong = [
        Dialogue.model_validate(
            json.loads(
                dialogue.model_dump_json().replace(
                    " ".join([str(WANTED)] * 3), " ".join([str(WANTED + 1)] * 3)
                )
            )
            | {"id": f"wrong_{dialogue.id}", "domain": "wrong"}
        )
        for dialogue in dialogues
    ]
    return right + wrong


async def rendered(house: TrainerHouse, run_id: str) -> dict[str, object]:
    events = (await house.client.events(run_id)).data
    return next(dict(e.payload) for e in events if e.type == "dataset.rendered")


async def play(folder: Path) -> Stopped:
    url = f"sqlite+aiosqlite:///{folder}/trainer.db"
    async with open_house(folder, url, LocalLauncher()) as house:
        house.rollouts.dialogue_list = of_two_domains(house.rollouts.dialogue_list)
        spec = house.spec(
            "sft",
            num_steps=NUM_STEPS,
            checkpoint_every=1000,
            early_stop=EarlyStopSpec(dataset_id="ds_tasks", every=3, patience=2),
            mix=MixSpec(weights={"right": 1.0}),
        )
        run = await house.client.create_run(spec)
        done = await house.until(run.id, JobStatus.SUCCEEDED, JobStatus.FAILED)
        assert done.status is JobStatus.SUCCEEDED, done.status_reason
        return Stopped(
            run=done,
            commits=list(house.policy.commits),
            right_before=await asyncio.to_thread(share_right, house.base),
            right_served=await asyncio.to_thread(share_right, house.policy.commits[-1].uri),
            counts=await rendered(house, run.id),
        )


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    return asyncio.run(play(tmp_path_factory.mktemp("sft")))


def test_a_run_stops_long_before_its_last_step_once_it_gets_no_better(stopped: Stopped):
    assert stopped.run.step < NUM_STEPS / 4
    assert stopped.right_before < 0.25
    values = [one.pass_1 or 0.0 for one in stopped.run.evaluations]
    assert max(values) > stopped.right_before + 0.5
    assert max(values[-2:]) <= max(values)


def test_the_best_weights_are_what_stays_served(stopped: Stopped):
    best = stopped.run.best_step
    values = {one.step: one.pass_1 for one in stopped.run.evaluations}
    assert best is not None
    assert values[best] == max(value or 0.0 for value in values.values())
    assert stopped.commits[-1].step == best
    first = next(commit for commit in stopped.commits if commit.step == best)
    assert stopped.commits[-1].sha256 == first.sha256
    assert stopped.right_served > 0.9


def test_the_domain_that_was_not_named_taught_nothing(stopped: Stopped):
    assert stopped.counts["kept_right"] == stopped.counts["kept"] == 40
    assert stopped.counts["other_domains"] == 40
