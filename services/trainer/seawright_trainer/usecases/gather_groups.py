"""Keep rollouts coming: grant credits, receive groups, judge them on arrival."""

import asyncio
from dataclasses import dataclass
from functools import partial

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.rollouts import RolloutGroup
from seawright_shared.records.specs import AlgorithmSpec, RolloutStreamSpec
from seawright_trainer.core.filtering import FLAT, Judgement, judge_arrival
from seawright_trainer.core.ports import Groups, Rollouts, Runs
from seawright_trainer.core.training_runs import RunState
from seawright_trainer.usecases.patience import patiently
from seawright_trainer.usecases.publish_version import ServeStart

WAIT_SECONDS = 1.0
"""Of one long poll: credits freed meanwhile are granted at the latest so much later."""
LOOK_SECONDS = 0.2


class NoVarianceError(InvalidRequestError):
    """Group after group had equal rewards: there is nothing to learn from."""

    code = "no-variance"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherGroups:
    """The intake of a GRPO run. At most (max_staleness + 1) steps' worth is ever ahead."""

    runs: Runs
    groups: Groups
    rollouts: Rollouts
    serve: ServeStart

    async def __call__(self, run_id: str) -> None:
        """Gather until cancelled; raises `NoVarianceError` after too many flat groups."""
        run = await self._begun(run_id)
        stream_id = run.stream_id or await self._open(run)
        spec = run.spec
        ahead = (spec.algorithm.max_staleness + 1) * spec.batch.tasks_per_step
        granted = -1
        num_flat, cursor = run.num_flat_groups, run.group_cursor
        while True:
            await patiently(partial(self._keep_served, run_id))
            wanted = await self.groups.num_settled(run_id) + ahead
            if wanted != granted:
                await patiently(partial(self.rollouts.grant, stream_id, wanted))
                granted = wanted
            arrived = await patiently(
                partial(self.rollouts.groups, stream_id, after=cursor, wait_seconds=WAIT_SECONDS)
            )
            judged: list[tuple[RolloutGroup, Judgement]] = [
                (group, judge(group, spec.algorithm)) for group in arrived
            ]
            for _, judgement in judged:
                num_flat = num_flat + 1 if judgement in FLAT else 0
                if num_flat >= spec.algorithm.max_refills:
                    raise NoVarianceError(
                        f"{num_flat} groups in a row had equal rewards for all members: the "
                        "tasks are too hard or too easy for this model"
                    )
            await self.groups.add(run_id, judged, num_flat=num_flat)
            cursor = max([cursor, *(group.sequence for group in arrived)])

    async def _begun(self, run_id: str) -> RunState:
        """Wait until the attempt's first weights are served: rollouts must come from them."""
        while True:
            run = await self.runs.load(run_id)
            if run.begun_attempt == run.shown.attempt:
                return run
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep_served(self, run_id: str) -> None:
        """Without weights to sample from, no group would ever come that is fresh enough."""
        await self.serve.restore(await self.runs.load(run_id))

    async def _open(self, run: RunState) -> str:
        spec = run.spec
        stream = RolloutStreamSpec(
            training_run_id=run.shown.id,
            dataset_id=spec.dataset_id,
            agent=spec.agent.model_copy(update={"model": spec.model.name, "version": None}),
            user=spec.user,
            group_size=spec.batch.group_size,
            seed=spec.seed,
            max_turns=spec.max_turns,
            shuffle_rewards=spec.shuffle_rewards,
            curriculum=spec.curriculum,
        )
        stream_id = await patiently(
            partial(self.rollouts.open_stream, stream, key=f"{run.shown.id}-stream")
        )
        await self.runs.remember_stream(run.shown.id, stream_id)
        return stream_id


def judge(group: RolloutGroup, algorithm: AlgorithmSpec) -> Judgement:
    """Judge a group by what will not change while it waits."""
    judgement = judge_arrival(group, algorithm)
    has_tokens = any(m.num_loss_tokens > 0 and m.trace is not None for m in group.members)
    return judgement if judgement != "useful" or has_tokens else "no_tokens"
