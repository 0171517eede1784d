"""Gather what a report of given runs needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from seawright_console.core.deployment import Deployment
from seawright_console.core.lanes import Reading, reading_of
from seawright_console.core.report import Findings
from seawright_console.core.run_kinds import kind_of
from seawright_console.usecases.read_pages import read_all
from seawright_shared.contracts.orchestrator import Episode, EvaluationRun, SynthesisReport
from seawright_shared.contracts.trainer import TrainingRun, TrainingStep
from seawright_shared.errors import NotFoundError

MOST_LOOKED_AT = 400
"""Episodes of an evaluation among which those to read are chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherFindings:
    """Reads runs, steps and episodes of a deployment."""

    deployment: Deployment

    async def __call__(
        self,
        run_ids: Sequence[str],
        *,
        title: str = "seawright report",
        subtitle: str = "",
        stages: Mapping[str, str] | None = None,
        notes: Sequence[str] = (),
        num_readings: int = 5,
    ) -> Findings:
        """Return the findings of the runs; `stages` names evaluation runs, by their id."""
        syntheses: list[SynthesisReport] = []
        trainings: list[tuple[TrainingRun, Sequence[TrainingStep]]] = []
        evaluations: dict[str, EvaluationRun] = {}
        orchestrator = self.deployment.orchestrator
        for run_id in run_ids:
            kind = kind_of(run_id)
            if kind == "synthesis":
                syntheses.append(await orchestrator.synthesis_report(run_id))
            elif kind == "training":
                trainings.append(await self.training(run_id))
            else:
                run = await orchestrator.evaluation_run(run_id)
                name = (stages or {}).get(run_id) or run.spec.name
                evaluations[name if name not in evaluations else f"{name} ({run_id})"] = run
        readings = await self.readings(syntheses, evaluations, num_readings)
        return Findings(
            title=title,
            subtitle=subtitle,
            syntheses=syntheses,
            trainings=trainings,
            evaluations=evaluations,
            readings=readings,
            notes=notes,
            versions={"seawright": version("seawright-console")},
        )

    async def training(self, run_id: str) -> tuple[TrainingRun, list[TrainingStep]]:
        """Return a training run with all its steps."""
        trainer = self.deployment.trainer
        run = await trainer.run(run_id)
        steps = await read_all(lambda cursor: trainer.steps(run_id, cursor=cursor))
        return run, steps

    async def readings(
        self,
        syntheses: Sequence[SynthesisReport],
        evaluations: Mapping[str, EvaluationRun],
        most: int,
    ) -> list[Reading]:
        """Return episodes to read: the last evaluation's failures and successes, then others."""
        sources = [(name, run.id) for name, run in list(evaluations.items())[::-1]]
        sources += [("synthesis", each.run.id) for each in syntheses]
        chosen: list[Reading] = []
        for name, run_id in sources:
            room = most - len(chosen)
            if room <= 0:
                break
            share = room if len(sources) == 1 else max(1, (room + 1) // 2)
            episodes = await self._episodes(run_id)
            chosen += [
                await self.reading(episode, title=f"{name}, task {episode.task_id[-8:]}")
                for episode in mixed(episodes, share)
            ]
        return chosen

    async def reading(self, episode: Episode, *, title: str) -> Reading:
        """Return one episode with its task, as it is read."""
        try:
            task = await self.deployment.orchestrator.task(episode.task_id)
        except NotFoundError:
            task = None
        return reading_of(episode, task, title=title)

    async def _episodes(self, run_id: str) -> list[Episode]:
        orchestrator = self.deployment.orchestrator
        return await read_all(
            lambda cursor: orchestrator.episodes(run_id=run_id, cursor=cursor), most=MOST_LOOKED_AT
        )


def mixed(episodes: Sequence[Episode], most: int) -> list[Episode]:
    """Return failures and successes in turn, each of another task."""
    played = [each for each in episodes if each.trajectory is not None and each.verdict is not None]
    failed = _one_per_task([each for each in played if each.verdict and not each.verdict.ok])
    passed = _one_per_task([each for each in played if each.verdict and each.verdict.ok])
    chosen: list[Episode] = []
    for place in range(max(len(failed), len(passed))):
        chosen += failed[place : place + 1] + passed[place : place + 1]
    return chosen[:most]


def _one_per_task(episodes: Sequence[Episode]) -> list[Episode]:
    return list({each.task_id: each for each in reversed(episodes)}.values())[::-1]
