"""Laws of dataset versions."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from seawright_orchestrator.core.dataset_items import (
    PlayedTask,
    Success,
    agent_dialogue,
    dataset_version,
    user_dialogue,
)
from seawright_orchestrator.core.task_index import customer_key
from seawright_orchestrator.usecases.create_dataset import CreateDataset
from seawright_orchestrator.usecases.measure_dataset import Harvest, Measured
from seawright_shared.errors import ConflictError
from seawright_shared.records.datasets import (
    Baseline,
    Contamination,
    DatasetReport,
    DatasetVersion,
)
from seawright_shared.records.deed_tools import deed_tools
from seawright_shared.records.domains import DatabaseRef, Domain
from seawright_shared.records.messages import Message, ToolCall, ToolSchema
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Deed, Fact, Scenario, Task, Wish
from seawright_shared.records.trajectories import (
    AgentSpec,
    Slip,
    StopReason,
    Trajectory,
    UserSpec,
)
from seawright_shared.records.verdicts import Attribution, Verdict

pytestmark = pytest.mark.anyio

DOMAIN = Domain(
    name="retail",
    version="1",
    domain_policy="Be kind.",
    tools=[
        ToolSchema(name="look", description="", parameters={}, kind="read"),
        ToolSchema(name="phone", description="", parameters={}, kind="read", requestor="user"),
    ],
    goal_types=[],
    features=[],
)
MESSAGES = [
    Message(role="assistant", content="Hi!"),
    Message(role="user", content="look"),
    Message(role="assistant", reasoning="hm", tool_calls=[ToolCall(id="a", name="look")]),
    Message(role="tool", content="seen", tool_call_id="a", requestor="assistant"),
    Message(role="assistant", content="There."),
    Message(role="user", content="###STOP###"),
]


def task(customer: str = "ann", num: int = 0) -> Task:
    return Task(
        id=f"task_{customer}_{num}",
        domain="retail",
        database=DatabaseRef(domain="retail", seed=1),
        customer_id=customer,
        scenario=Scenario(
            persona="plain",
            opening="hi",
            wishes=[Wish(text="to look")],
            facts=[
                Fact(key="zip", text="The zip is 123.", when="on_ask"),
                Fact(key="age", text="I am 99.", when="never"),
            ],
        ),
    )


def success(one: Task, slips: list[Slip] | None = None) -> Success:
    trajectory = Trajectory(
        id=f"traj_{one.id}",
        episode_id=f"ep_{one.id}",
        task_id=one.id,
        agent=AgentSpec(kind="scripted", domain_policy="none"),
        user=UserSpec(),
        seed=0,
        messages=MESSAGES,
        stop_reason=StopReason.USER_STOP,
        slips=slips or [],
    )
    return Success(task=one, trajectory=trajectory)


class NothingMeasured:
    """Stands in for what reads runs and plays baselines."""

    report = DatasetReport()
    asked: Harvest | None = None

    async def __call__(self, _: DatasetSpec, harvest: Harvest) -> Measured:
        self.asked = harvest
        return Measured(report=self.report, num_rejects={"srun_1": 4})


class Shelf:
    """Every store a dataset is made from."""

    def __init__(self, tasks: list[Task], heldout: set[str] | None = None) -> None:
        self.tasks = tasks
        self.heldout = heldout or set()
        self.slips: list[Slip] = []
        self.verdict = Verdict(subject="trajectory", ok=True, stage="checker", reward=1.0)
        self.messages = MESSAGES
        self.stored: list[Any] = []
        self.versions: dict[str, DatasetVersion] = {}
        self.blobs: list[bytes] = []
        self.measure = NothingMeasured()

    async def get(self, known: str) -> Any:
        return self.versions.get(known)

    async def of_runs(self, _: list[str]) -> list[Task]:
        return self.tasks

    async def heldout_customers(self) -> set[str]:
        return self.heldout

    async def played(self, _: list[str]) -> AsyncGenerator[PlayedTask]:
        for one in self.tasks:
            trajectory = success(one, self.slips).trajectory
            trajectory = trajectory.model_copy(update={"messages": self.messages})
            yield PlayedTask(task_id=one.id, trajectory=trajectory, verdict=self.verdict)

    async def store(self, version: Any, spec: Any, items: list[Any]) -> None:
        self.stored.append(items)
        self.versions[version.id] = version

    async def domain(self, _: str) -> Domain:
        return DOMAIN

    async def put(self, content: bytes) -> str:
        self.blobs.append(content)
        return "sha256:0"

    def create(self) -> CreateDataset:
        parts: Any = self
        return CreateDataset(
            runs=parts,
            tasks=parts,
            episodes=parts,
            datasets=parts,
            domains=parts,
            measure=parts.measure,
            blobs=parts,
        )


def spec(**changes: Any) -> DatasetSpec:
    plain: dict[str, Any] = {"name": "d", "kind": "rl_tasks", "synthesis_run_ids": ["srun_1"]}
    return DatasetSpec(**{**plain, **changes})


@pytest.mark.parametrize("kind", ["rl_tasks", "agent_sft", "user_sft"])
async def test_a_task_about_a_held_out_customer_enters_no_dataset(kind: str):
    shelf = Shelf([task("ann"), task("bob")], {customer_key(task("bob", 7))})
    with pytest.raises(ConflictError, match="held out"):
        await shelf.create()(spec(kind=kind))
    assert shelf.stored == []


async def test_a_play_with_a_slip_of_the_agents_does_not_teach_the_agent():
    shelf = Shelf([task()])
    shelf.slips = [Slip(by="assistant", kind="wrong_argument", message=2)]
    assert (await shelf.create()(spec(kind="agent_sft"))).num_items == 0
    assert (await shelf.create()(spec(kind="user_sft"))).num_items == 1


async def test_a_play_that_the_verifier_refused_does_not_teach_the_agent():
    shelf = Shelf([task()])
    shelf.verdict = shelf.verdict.model_copy(update={"ok": False, "reward": 0.0})
    assert (await shelf.create()(spec(kind="agent_sft"))).num_items == 0


async def test_a_play_with_an_unreadable_call_does_not_teach_the_agent():
    shelf = Shelf([task()])
    shelf.messages = [*MESSAGES[:2], Message(role="assistant", malformed="{"), *MESSAGES[2:]]
    assert (await shelf.create()(spec(kind="agent_sft"))).num_items == 0


async def test_a_users_dialogue_ends_before_his_first_wrong_step():
    shelf = Shelf([task()])
    shelf.slips = [Slip(by="user", kind="stopped_early", message=5)]
    assert (await shelf.create()(spec(kind="agent_sft"))).num_items == 0
    assert (await shelf.create()(spec(kind="user_sft"))).num_items == 1
    (dialogue,) = shelf.stored[-1]
    assert [one.content for one in dialogue.messages] == ["Hi!", "look", "There."]
    shelf.slips = [Slip(by="user", kind="wrong_fact", message=1)]
    assert (await shelf.create()(spec(kind="user_sft"))).num_items == 0


async def test_what_the_agent_failed_teaches_no_user():
    shelf = Shelf([task()])
    blamed = {"ok": False, "reward": 0.0, "attribution": Attribution.AGENT}
    shelf.verdict = shelf.verdict.model_copy(update=blamed)
    assert (await shelf.create()(spec(kind="user_sft"))).num_items == 0


async def test_a_version_is_refused_when_a_policy_that_does_not_read_passes_too_many_tasks():
    shelf = Shelf([task()])
    passed = Baseline(policy="refuse", num_passed=2, num_tasks=10, share=0.2)
    shelf.measure.report = DatasetReport(baselines=[passed])
    with pytest.raises(ConflictError, match=r"refuse passes 20.0% of the tasks, more than 15.0%"):
        await shelf.create()(spec())
    assert shelf.stored == []
    assert (await shelf.create()(spec(max_degenerate_share=0.2))).num_items == 1


async def test_a_version_is_refused_when_it_names_a_benchmarks_people():
    shelf = Shelf([task()])
    shelf.measure.report = DatasetReport(contamination=Contamination(num_named=1))
    with pytest.raises(ConflictError, match="max_overlaps"):
        await shelf.create()(spec())
    assert (await shelf.create()(spec(max_overlaps=1))).num_items == 1


async def test_tasks_that_ask_for_the_same_in_other_words_come_in_once():
    same = task("ann", 1)
    shelf = Shelf([task("ann", 0), same, task("bob")])
    version = await shelf.create()(spec())
    assert version.num_items == 2
    assert shelf.measure.asked is not None
    assert shelf.measure.asked.funnel.num_duplicates == 1
    assert shelf.measure.asked.funnel.num_accepted == 3


def test_an_agents_dialogue_is_what_it_saw_without_its_thoughts():
    dialogue = agent_dialogue(success(task()), DOMAIN, spec(kind="agent_sft"))
    assert [one.role for one in dialogue.messages] == [
        "assistant",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert all(one.reasoning is None for one in dialogue.messages)
    assert [one.name for one in dialogue.tools] == ["look"]
    assert "Be kind." not in dialogue.system
    full = agent_dialogue(success(task()), DOMAIN, spec(domain_policy="full"))
    assert "Be kind." in full.system


def test_a_users_dialogue_is_what_he_saw_and_his_orders_hide_what_he_never_says():
    dialogue = user_dialogue(success(task()))
    assert [one.role for one in dialogue.messages] == ["assistant", "user", "assistant", "user"]
    assert dialogue.tools == []
    assert "123" in dialogue.system
    assert "99" not in dialogue.system


def test_a_users_dialogue_offers_what_he_is_offered_when_he_plays():
    deed = Deed(name="phone", arguments={"to": "us"}, cues=[["call"]], says="{result}")
    one = task()
    scenario = one.scenario.model_copy(update={"deeds": [deed]})
    dialogue = user_dialogue(success(one.model_copy(update={"scenario": scenario})))
    assert dialogue.tools == deed_tools(scenario)
    assert [tool.name for tool in dialogue.tools] == ["phone"]


def test_a_versions_id_is_its_content():
    one = dataset_version(spec(), [task()])
    assert one.id == dataset_version(spec(), [task()]).id
    assert one.id != dataset_version(spec(), [task("bob")]).id
    assert one.id != dataset_version(spec(seed=1), [task()]).id
