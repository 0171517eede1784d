"""On tau2-bench's own data, no task names anyone whom the benchmark's tasks name."""

from pathlib import Path

import pytest

from seawright_orchestrator.core.synthesis.identities import names_forbidden
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.environment import DraftRequest
from seawright_shared.contracts.orchestrator import TaskSampleRequest
from seawright_shared.records.contamination import benchmark_names
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import SynthesisSpec
from tests.contract.orchestrator_house import ended, opened
from tests.support.tau2_vectors import FOLDER, needs_vectors

DATABASE = DatabaseRef(domain="retail", source="tau2")


@needs_vectors
async def test_the_benchmarks_own_people_and_orders_are_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TAU2_DATA_DIR", str(FOLDER / "data"))
    async with opened(tmp_path) as house:
        peer = Peer("http://environment", transport=house.switchboard)
        environment = EnvironmentClient(peer)
        forbidden = benchmark_names((await environment.tau2_tasks("retail")).tasks)
        drawn = await environment.draw_drafts(
            DraftRequest(database=DATABASE, seed=1, num=2000, goals={"cancel_pending_order": 1.0})
        )
        await peer.aclose()
        assert [draft for draft in drawn.drafts if names_forbidden(draft, forbidden)]

        spec = SynthesisSpec(
            domain="retail", database=DATABASE, num_streams=1, num_iterations=1, seed=1
        )
        run = await house.client.start_synthesis(spec)
        await ended(house.client, run.id)
        sample = await house.client.sample_tasks(
            TaskSampleRequest(synthesis_run_id=run.id, num=3, seed=1)
        )
        made = [*(await house.client.tasks(run_id=run.id)).data, *sample.tasks]
    assert made
    for task in made:
        text = task.model_dump_json()
        assert not [name for name in forbidden if f'"{name}"' in text]
