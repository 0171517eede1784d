import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from pydantic import BaseModel

from seawright_console.adapters.http_deployment import addresses_below, opened
from seawright_console.core.demo_plan import DemoPlan
from seawright_console.core.demo_result import CONTROL, DemoResult
from seawright_console.usecases.run_demo import RunDemo
from seawright_shared.contracts.environment import Tau2Tasks
from seawright_shared.contracts.orchestrator import TaskSample
from seawright_shared.contracts.pages import Page
from seawright_shared.contracts.policy import ServedModel
from seawright_shared.errors import ConflictError, InvalidRequestError
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.jobs import JobStatus, StatusReason
from seawright_shared.records.messages import Message
from seawright_shared.records.rollouts import PolicyVersion
from tests.unit.console import made_up
from tests.unit.console.usecases.test_check_holdout import task
from tests.unit.console.usecases.test_follow_runs import Paper

Body = dict[str, object]
SHARES = {"demo-base": 0.0, "demo-sft": 0.5, "demo-rl": 0.75}


@dataclass(slots=True)
class FakeServices:
    """Services whose runs are done at once; notes what they are asked."""

    heldout_customer: str = "mia_1"
    rl_reason: StatusReason | None = None
    """Why RL fails; None: it does not."""
    has_tau2: bool = True
    asked: list[tuple[str, str, Body]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body: Body = json.loads(request.content) if request.content else {}
        if request.method != "GET":
            self.asked.append((request.method, request.url.path, body))
        if "tau2-tasks" in request.url.path and not self.has_tau2:
            problem = {"code": "not-found", "detail": "set TAU2_DATA_DIR to its folder"}
            return httpx.Response(404, json=problem)
        answer = self.answer(request.method, request.url.path, body)
        return httpx.Response(200, content=answer.model_dump_json())

    def answer(self, method: str, path: str, body: Body) -> BaseModel:
        service, _, rest = path.strip("/").partition("/v1/")
        resource = rest.split("/")[0]
        if service == "environment":
            return Tau2Tasks(tasks=[])
        if service == "policy":
            return self.served(rest.split("/")[1])
        if service == "trainer":
            return self.trained(method, rest, body)
        if resource == "synthesis-runs":
            return made_up.synthesis() if rest.endswith("report") else made_up.synthesis().run
        if resource == "datasets":
            return self.dataset(method, rest, body)
        if resource == "task-samples":
            held_out = [task("held_out", self.heldout_customer)]
            return TaskSample(
                task_ids=["held_out"], tasks=held_out, num_candidates=2, num_accepted=1
            )
        assert resource == "evaluation-runs"
        name = str(body["name"]) if method == "POST" else rest.split("erun_")[1]
        return made_up.evaluation(name, SHARES[name])

    def served(self, name: str) -> ServedModel:
        current = PolicyVersion(model=name, version=9, uri=f"/exports/{name}", sha256="0")
        return ServedModel(name=name, current=current)

    def trained(self, method: str, rest: str, body: Body) -> BaseModel:
        kind = str(body["kind"]) if method == "POST" else rest.split("trun_")[1]
        run = made_up.training(kind)[0]
        if kind != "grpo" or self.rl_reason is None:
            return run
        failed = {"status": JobStatus.FAILED, "status_reason": self.rl_reason}
        return run.model_copy(update=failed)

    def dataset(self, method: str, rest: str, body: Body) -> BaseModel:
        if method == "POST":
            kind = str(body["kind"])
            plain = {"id": f"ds_{kind}", "name": kind, "kind": kind, "num_items": 1}
            return DatasetVersion.model_validate({**plain, "synthesis_run_ids": ["srun_1"]})
        if "agent_sft" in rest:
            said = [Message(role="user", content="I am leo_2")]
            dialogue = Dialogue(
                id="d", task_id="t", trajectory_id="j", system="", tools=[], messages=said
            )
            return Page(data=[dialogue])
        return Page(data=[task("train", "leo_2")])


async def demonstrate(
    services: FakeServices, base: Path, plan: DemoPlan, paper: Paper | None = None
) -> DemoResult:
    (base / "model.safetensors").write_bytes(b"weights")
    ticks = itertools.count()

    async def no_pause(_: float) -> None: ...

    run = RunDemo(
        deployment=opened(addresses_below("http://x"), transport=httpx.MockTransport(services)),
        plan=plan,
        base_folder=base,
        screen=paper or Paper(),
        clock=lambda: float(next(ticks)),
        pause=no_pause,
    )
    return await run()


async def test_the_stages_follow_each_other_and_each_starts_from_the_one_before(tmp_path: Path):
    services = FakeServices()
    result = await demonstrate(services, tmp_path, DemoPlan())
    paths = [path.split("/v1/")[1].split("/")[0] for _, path, _ in services.asked]
    assert paths == [
        "synthesis-runs",
        "datasets",
        "datasets",
        "task-samples",
        "models",
        "models",
        "evaluation-runs",
        "training-runs",
        "evaluation-runs",
        "training-runs",
        "evaluation-runs",
    ]
    sft, grpo = (body for _, path, body in services.asked if path.endswith("training-runs"))
    assert sft["dataset_id"] == "ds_agent_sft"
    assert grpo["dataset_id"] == "ds_rl_tasks"
    assert str(tmp_path) in str(sft["model"])
    assert "/exports/demo-sft" in str(grpo["model"])
    assert list(result.evaluations) == ["base", "SFT", "RL"]


async def test_all_stages_are_measured_on_the_held_out_tasks(tmp_path: Path):
    services = FakeServices()
    await demonstrate(services, tmp_path, DemoPlan())
    played = [body for _, path, body in services.asked if path.endswith("evaluation-runs")]
    assert [body["task_ids"] for body in played] == [["held_out"]] * 3
    sampled = next(body for _, path, body in services.asked if path.endswith("task-samples"))
    assert sampled["split"] == "heldout"


async def test_gains_are_paired_differences_and_every_phase_is_timed(tmp_path: Path):
    result = await demonstrate(FakeServices(), tmp_path, DemoPlan())
    assert result.rl_over_sft is not None
    assert result.rl_over_sft.interval.value == pytest.approx(0.25)
    assert result.rl_over_sft.is_gain
    assert "train RL" in result.seconds
    assert json.loads(result.as_json())["rl_over_sft"]["value"] == pytest.approx(0.25)


async def test_nothing_is_trained_when_a_held_out_customer_is_in_the_training_data(
    tmp_path: Path,
):
    services = FakeServices(heldout_customer="leo_2")
    with pytest.raises(ConflictError, match="leo_2"):
        await demonstrate(services, tmp_path, DemoPlan())
    assert not any("training-runs" in path for _, path, _ in services.asked)


async def test_the_control_asks_for_shuffled_rewards_and_changes_nothing_else(tmp_path: Path):
    with_signal, without = FakeServices(), FakeServices()
    await demonstrate(with_signal, tmp_path, DemoPlan())
    await demonstrate(without, tmp_path, DemoPlan(rl_signal=False))
    different = [
        (one, two) for one, two in zip(with_signal.asked, without.asked, strict=True) if one != two
    ]
    assert len(different) == 1
    (_, _, one), (_, _, two) = different[0]
    assert two["shuffle_rewards"] is True
    assert {**two, "shuffle_rewards": False} == one


async def test_a_control_says_that_it_is_one_before_and_after(tmp_path: Path):
    paper = Paper()
    result = await demonstrate(FakeServices(), tmp_path, DemoPlan(rl_signal=False), paper)
    assert paper.said[0] == CONTROL
    assert any("RL - SFT (control, rewards shuffled)" in line for line in paper.said)
    assert CONTROL in result.notes
    assert json.loads(result.as_json())["is_control"] is True


async def test_a_demonstration_with_signal_says_nothing_of_a_control(tmp_path: Path):
    paper = Paper()
    result = await demonstrate(FakeServices(), tmp_path, DemoPlan(), paper)
    assert not any("ontrol" in line for line in [*paper.said, *result.notes])
    assert json.loads(result.as_json())["is_control"] is False


async def test_when_rl_fails_base_and_sft_are_told_all_the_same_and_the_failure_plainly(
    tmp_path: Path,
):
    paper = Paper()
    reason = StatusReason(code="no-variance", message="64 groups had equal rewards")
    services = FakeServices(rl_reason=reason)
    result = await demonstrate(services, tmp_path, DemoPlan(), paper)
    assert list(result.evaluations) == ["base", "SFT"]
    assert result.rl_over_sft is None
    assert result.sft_over_base.interval.value == pytest.approx(0.5)
    assert [run.status for run in result.trainings] == [JobStatus.SUCCEEDED, JobStatus.FAILED]
    assert paper.tables["pass^k on held-out tasks, with 95 % intervals"][0][0] == "base"
    assert [row[0] for row in paper.tables["pass^k on held-out tasks, with 95 % intervals"]] == [
        "base",
        "SFT",
    ]
    assert paper.said[-1].startswith("RL FAILED: ")
    assert "64 groups had equal rewards (no-variance)" in paper.said[-1]
    assert any("RL failed" in note for note in result.notes)
    told = json.loads(result.as_json())
    assert told["rl_over_sft"] is None
    assert "no-variance" in told["rl_failure"]


async def test_a_deployment_without_tau2_data_is_refused_before_anything_starts(tmp_path: Path):
    services = FakeServices(has_tau2=False)
    with pytest.raises(InvalidRequestError, match="TAU2_DATA_DIR"):
        await demonstrate(services, tmp_path, DemoPlan(tau2=True))
    assert services.asked == []
