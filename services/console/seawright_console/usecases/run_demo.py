"""The main job end to end, as REST calls to any deployment (issue 2, `make demo`)."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from seawright_console.core.demo_plan import DemoPlan
from seawright_console.core.demo_result import CONTROL, STAGES, DemoResult
from seawright_console.core.deployment import Deployment
from seawright_console.core.figures import yield_rows
from seawright_console.core.ports import Pause, Screen
from seawright_console.core.run_failure import RunFailedError
from seawright_console.core.statistics import paired_difference
from seawright_console.usecases.check_holdout import CheckHoldout
from seawright_console.usecases.conclude_demo import conclude
from seawright_console.usecases.follow_runs import FollowRuns
from seawright_console.usecases.publish_model import PublishModel
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.contracts.orchestrator import (
    EvaluationRun,
    SynthesisReport,
    TaskSample,
    TaskSampleRequest,
)
from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from seawright_shared.records.datasets import DatasetVersion
from seawright_shared.records.specs import TrainingSpec

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDemo:
    """Synthesize, fine-tune, reinforce, and measure before and after on held-out tasks."""

    deployment: Deployment
    plan: DemoPlan
    base_folder: Path
    """Absolute; the policy and the trainer's ranks read it."""
    screen: Screen
    clock: Clock
    pause: Pause
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    async def __call__(self) -> DemoResult:
        """Return what was found; raises where a run before RL fails or held-out data leaks.

        Where RL itself fails, the result says why, and holds what was measured before.
        """
        if self.plan.tau2:
            await self._require_tau2()
        if not self.plan.rl_signal:
            self.screen.say(CONTROL)
        synthesis = await self._synthesize()
        heldout, sft, rl_tasks, notes = await self._data(synthesis.run.id)
        evaluations: dict[str, EvaluationRun] = {}
        async with self._timed("publish the base model"):
            publish = PublishModel(deployment=self.deployment)
            await publish(self.plan.model("base"), self.base_folder)
        await self._evaluate("base", heldout, evaluations)
        fine_tuning = await self._train("sft", self.plan.sft(sft.id, str(self.base_folder)))
        await self._evaluate("sft", heldout, evaluations)
        reinforcement, failure = await self._reinforce(rl_tasks, heldout, evaluations)
        if not self.plan.rl_signal:
            notes.append(CONTROL)
        if failure is not None:
            notes.append(f"RL failed, so nothing is said about it: {failure}")
        per_task = {name: run.report.per_task for name, run in evaluations.items() if run.report}
        result = DemoResult(
            synthesis=synthesis,
            trainings=(fine_tuning, *reinforcement),
            evaluations=evaluations,
            rl_over_sft=None
            if failure is not None
            else paired_difference(per_task["RL"], per_task["SFT"]),
            sft_over_base=paired_difference(per_task["SFT"], per_task["base"]),
            seconds=self.seconds,
            notes=(*notes,),
            is_control=not self.plan.rl_signal,
            rl_failure=failure,
        )
        conclude(self.screen, result)
        return result

    async def _require_tau2(self) -> None:
        """Raise where the deployment's environment has not got tau2-bench's data."""
        environment = EnvironmentClient(self.deployment.peers["environment"])
        try:
            await environment.tau2_tasks("retail")
        except NotFoundError as error:
            raise InvalidRequestError(
                f"--tau2 needs tau2-bench's data in the deployment: {error.detail}"
            ) from error

    async def _reinforce(
        self,
        rl_tasks: DatasetVersion,
        heldout: TaskSample,
        evaluations: dict[str, EvaluationRun],
    ) -> tuple[Sequence[TrainingRun], str | None]:
        """Return the runs of RL that there were, and why it failed."""
        uri = await self._export_of(self.plan.model("sft"))
        try:
            done = await self._train("rl", self.plan.grpo(rl_tasks.id, uri))
        except RunFailedError as failed:
            run_id = str(failed.context["run_id"])
            return [await self.deployment.trainer.run(run_id)], failed.detail
        try:
            await self._evaluate("rl", heldout, evaluations)
        except RunFailedError as failed:
            return [done], f"its evaluation: {failed.detail}"
        return [done], None

    async def _synthesize(self) -> SynthesisReport:
        orchestrator = self.deployment.orchestrator
        async with self._timed("synthesis"):
            run = await orchestrator.start_synthesis(self.plan.synthesis())
            await self._follow().synthesis(run.id)
            report = await orchestrator.synthesis_report(run.id)
        columns = ["iteration", *(f"stream {each.index}" for each in report.streams), "all"]
        self.screen.table("Yield per iteration", columns, yield_rows(report.streams))
        return report

    async def _data(
        self, run_id: str
    ) -> tuple[TaskSample, DatasetVersion, DatasetVersion, list[str]]:
        orchestrator = self.deployment.orchestrator
        async with self._timed("datasets"):
            with self.screen.phase("Datasets and held-out tasks") as meter:
                sft = await orchestrator.create_dataset(self.plan.dataset("agent_sft", run_id))
                meter.show(1, 4, f"{sft.num_items} dialogues")
                rl_tasks = await orchestrator.create_dataset(self.plan.dataset("rl_tasks", run_id))
                meter.show(2, 4, f"{rl_tasks.num_items} tasks")
                heldout = await orchestrator.sample_tasks(self._sample(run_id))
                meter.show(3, 4, f"{len(heldout.task_ids)} held-out tasks")
                check = CheckHoldout(deployment=self.deployment)
                found = await check(heldout, sft, rl_tasks)
                meter.show(4, 4)
        note = (
            f"Held-out check: {found.num_heldout_tasks} tasks of {found.num_heldout_customers} "
            f"customers kept aside; {found.num_train_tasks} training tasks of "
            f"{found.num_train_customers} customers and {sft.num_items} dialogues read; "
            "no task, no customer and no held-out id is on both sides."
        )
        self.screen.say(note)
        return heldout, sft, rl_tasks, [note]

    def _sample(self, run_id: str) -> TaskSampleRequest:
        return TaskSampleRequest(
            synthesis_run_id=run_id,
            split="heldout",
            num=self.plan.num_heldout_tasks,
            seed=self.plan.seed + 7,
            goals=list(self.plan.agent_goals),
        )

    async def _evaluate(
        self, stage: str, heldout: TaskSample, evaluations: dict[str, EvaluationRun]
    ) -> None:
        name = STAGES[stage]
        spec = self.plan.evaluation(stage, heldout.task_ids)
        async with self._timed(f"evaluate {name}"):
            run = await self.deployment.orchestrator.start_evaluation(spec)
            done = await self._follow().evaluation(run.id, f"Evaluate {name}")
        evaluations[name] = done
        if done.report and 1 in done.report.pass_hat:
            first = done.report.pass_hat[1]
            self.screen.say(f"{name}: pass^1 {first.value:.3f} [{first.low:.3f}, {first.high:.3f}]")

    async def _train(self, stage: str, spec: TrainingSpec) -> TrainingRun:
        title = {"sft": "Fine-tune (SFT)", "rl": "Reinforce (GRPO)"}[stage]
        async with self._timed(f"train {STAGES[stage]}"):
            run = await self.deployment.trainer.create_run(spec)
            return await self._follow().training(run.id, title)

    async def _export_of(self, model: str) -> str:
        served = await self.deployment.policy.served_model(model)
        if served.current is None:
            raise ConflictError(f"training published no version of {model}")
        return served.current.uri

    def _follow(self) -> FollowRuns:
        return FollowRuns(deployment=self.deployment, screen=self.screen, pause=self.pause)

    @asynccontextmanager
    async def _timed(self, phase: str) -> AsyncGenerator[None]:
        began = self.clock()
        try:
            yield
        finally:
            self.seconds[phase] = self.clock() - began
