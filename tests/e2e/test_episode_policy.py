"""Episodes of a real model, however bad, over all services: what was sampled is what is kept."""

from pathlib import Path

import numpy as np
import pytest

from seawright_policy.settings import Settings as PolicySettings
from seawright_policy.wiring import build as build_policy
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import DatasetSpec, RolloutStreamSpec
from seawright_shared.records.trajectories import AgentSpec, Sampling, StopReason
from seawright_shared.stores.traces import decode_trace
from tests.contract.orchestrator_house import ended, opened, synthesis_spec
from tests.support.policy_models import write_model

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_group_of_a_real_model_carries_its_tokens_log_probs_and_versions(tmp_path: Path):
    write_model(tmp_path / "model", context=1024)
    policy = build_policy(PolicySettings(models={"tiny": str(tmp_path / "model")}))
    agent = AgentSpec(model="tiny", domain_policy="none", sampling=Sampling(max_tokens=12))
    async with opened(tmp_path, policy_app=policy) as house:
        client = house.client
        spec = synthesis_spec(num_streams=1, num_iterations=1, candidates_per_iteration=60)
        run = await client.start_synthesis(spec)
        assert await ended(client, run.id) == JobStatus.SUCCEEDED
        tasks = await client.create_dataset(
            DatasetSpec(name="rl", kind="rl_tasks", synthesis_run_ids=[run.id])
        )
        stream = await client.open_rollout_stream(
            RolloutStreamSpec(
                training_run_id="trun_1",
                dataset_id=tasks.id,
                agent=agent,
                group_size=3,
                max_turns=8,
            )
        )
        await client.grant_credits(stream.id, 1)
        (group,) = (await client.groups(stream.id, wait_seconds=60)).groups
        assert len(group.members) == 3
        for member in group.members:
            assert member.stop_reason not in {StopReason.INFRASTRUCTURE, StopReason.USER_ERROR}
            assert member.reward == 0.0
            assert member.trajectory_id is not None
            trace = decode_trace(await client.trace(member.trajectory_id))
            trajectory = await client.trajectory(member.trajectory_id)
            sampled = trace.loss_mask
            assert int(sampled.sum()) == member.num_loss_tokens > 0
            assert len(trace) == member.num_tokens <= 1024
            assert trajectory.usage.num_sampled_tokens == member.num_loss_tokens
            assert np.isfinite(trace.logprobs[sampled]).all()
            assert set(trace.versions[sampled].tolist()) == {0}
            assert not trace.logprobs[~sampled].any()
        drawn = {
            decode_trace(await client.trace(str(one.trajectory_id))).token_ids.tobytes()
            for one in group.members
        }
        assert len(drawn) == 3, "members of a group are sampled with seeds of their own"
