"""The work behind each kind of job: fetch, play, store under the fence."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from seawright_orchestrator.adapters.kept_work import keeping
from seawright_orchestrator.adapters.sql_datasets import SqlDatasets
from seawright_orchestrator.adapters.sql_episodes import EPISODE_JOB, SqlEpisodes
from seawright_orchestrator.adapters.sql_evaluations import TASK_JOB, SqlEvaluations
from seawright_orchestrator.adapters.sql_rollouts import GROUP_JOB, GroupDraw, SqlRollouts
from seawright_orchestrator.adapters.sql_synthesis import ITERATION_JOB, SqlSynthesis
from seawright_orchestrator.adapters.sql_tasks import SqlTasks
from seawright_orchestrator.core.fault_groups import unwrapped
from seawright_orchestrator.core.rollout_groups import drawn_index
from seawright_orchestrator.core.seeds import derived_seed
from seawright_orchestrator.core.synthesis.ports import Benchmarks
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, Played, PlaysEpisodes
from seawright_orchestrator.usecases.play_trials import PlayTrials
from seawright_orchestrator.usecases.synthesis.run_iteration import RunIteration, Surroundings
from seawright_shared.errors import UnavailableError
from seawright_shared.jobs.context import Handler, JobContext
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.verdicts import Attribution

MAX_OUTAGES = 12
"""Failed attempts at a job for a peer's sake, after which its faults are recorded as such.

With the job kit's backoff that is about five minutes: a policy that loads large weights anew, or
a machine with much to do, is back by then.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHandlers:
    """One method per kind of job."""

    synthesis: SqlSynthesis
    evaluations: SqlEvaluations
    rollouts: SqlRollouts
    episodes: SqlEpisodes
    tasks: SqlTasks
    datasets: SqlDatasets
    play: PlaysEpisodes
    iteration_of: Callable[[str], RunIteration]
    """Makes the use case for one run."""
    authored: Callable[
        [RunIteration, SynthesisSpec, PlanStream, Sequence[PlanStream]], Awaitable[RunIteration]
    ]
    """Gives a model its parts in an iteration, where the run asks one; its streams tell costs."""
    benchmarks: Benchmarks

    def by_kind(self) -> Mapping[str, Handler]:
        """Return the handlers as the worker takes them."""
        return {
            ITERATION_JOB: self.run_iteration,
            TASK_JOB: self.evaluate_task,
            GROUP_JOB: self.play_group,
            EPISODE_JOB: self.play_one,
        }

    async def run_iteration(self, context: JobContext) -> None:
        """Run one iteration of one stream; the same job again makes the same yield."""
        run_id, stream_id = text(context, "run_id"), text(context, "stream_id")
        stream = await self.synthesis.begin(run_id, stream_id)
        if stream is None:
            return
        spec = (await self.synthesis.get(run_id)).spec
        forbidden = await self.benchmarks.names(spec.database)
        around = Surroundings(wishes=self.synthesis.wishes(stream_id), forbidden=forbidden)
        work = self.synthesis.work(context, stream)
        siblings = await self.synthesis.plan_streams(run_id) if spec.llm is not None else []
        authored = await self.authored(self.iteration_of(run_id), spec, stream, siblings)
        run_iteration = keeping(authored, work)
        try:
            outcome = await unwrapped(run_iteration(spec, stream, around))
        except UnavailableError as outage:
            await self.synthesis.delay(run_id, stream, outage, context.job.num_outages + 1)
            raise
        await self.synthesis.store(context, run_id, outcome)

    async def evaluate_task(self, context: JobContext) -> None:
        """Play all trials of one task of an evaluation."""
        run_id, task_id = text(context, "run_id"), text(context, "task_id")
        spec = await self.evaluations.begin(run_id)
        if spec is None:
            return
        order = EpisodeOrder(
            episode_id="",
            task=await self.tasks.get(task_id),
            agent=spec.agent,
            user=spec.user,
            seed=spec.seed,
            max_turns=spec.max_turns,
        )
        trials = PlayTrials(play=self.play, is_lost=partial(is_outage, context))
        played = await unwrapped(trials(order, spec.num_trials, f"{run_id}:{task_id}"))
        await self.evaluations.store(context, run_id, task_id, played)

    async def play_group(self, context: JobContext) -> None:
        """Play one group of a rollout stream."""
        stream_id, draw = text(context, "stream_id"), int(text(context, "draw"))
        stream = await self.rollouts.get(stream_id)
        if stream.status == "closed":
            return
        spec = stream.spec
        if "task_id" in context.payload:
            task_id = text(context, "task_id")
        else:
            task_ids = await self.datasets.item_ids(spec.dataset_id)
            task_id = task_ids[drawn_index(len(task_ids), spec.seed, draw)]
        order = EpisodeOrder(
            episode_id="",
            task=await self.tasks.get(task_id),
            agent=spec.agent,
            user=spec.user,
            seed=derived_seed(spec.seed, "draw", draw),
            max_turns=spec.max_turns,
        )
        trials = PlayTrials(play=self.play, is_lost=partial(is_outage, context))
        played = await unwrapped(trials(order, spec.group_size, f"{stream_id}:{draw}"))
        drawn = GroupDraw(stream_id=stream_id, draw=draw, task_id=task_id)
        await self.rollouts.store(context, drawn, played)

    async def play_one(self, context: JobContext) -> None:
        """Play an episode that was asked for by itself."""
        episode_id = text(context, "episode_id")
        request = await self.episodes.request(episode_id)
        async with context.database.transaction() as connection:
            await self.episodes.move(connection, episode_id, JobStatus.RUNNING)
        order = EpisodeOrder(
            episode_id=episode_id,
            task=await self.tasks.get(request.task_id),
            agent=request.agent,
            user=request.user,
            seed=request.seed,
            max_turns=request.max_turns,
        )
        played = await self.play(order)
        if is_outage(context, played):
            raise UnavailableError(f"the episode fails: {played.verdict.rationale}")
        async with context.database.transaction() as connection:
            await context.finish(connection)
            await self.episodes.finish(connection, episode_id, played)


def text(context: JobContext, name: str) -> str:
    """Return one part of a job's payload."""
    return str(context.payload[name])


def is_outage(context: JobContext, played: Played) -> bool:
    """Return whether a service's failure spoiled an episode, so that its job is done again later.

    After some outages what came out is kept: excluded and counted, never scored.
    """
    is_spoiled = played.verdict.attribution == Attribution.INFRA
    return is_spoiled and context.job.num_outages < MAX_OUTAGES
