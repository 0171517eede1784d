"""Laws of dataset versions."""

from typing import Any

import pytest

from seawright_orchestrator.core.dataset_items import (
    Success,
    agent_dialogue,
    dataset_version,
    selected,
    user_dialogue,
)
from seawright_orchestrator.core.task_index import customer_key
from seawright_orchestrator.usecases.create_dataset import CreateDataset
from seawright_shared.errors import ConflictError
from seawright_shared.records.domains import DatabaseRef, Domain
from seawright_shared.records.messages import Message, ToolCall, ToolSchema
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Fact, Scenario, Task, Wish
from seawright_shared.records.trajectories import (
    AgentSpec,
    Slip,
    StopReason,
    Trajectory,
    UserSpec,
)

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


class Shelf:
    """Every store a dataset is made from."""

    def __init__(self, tasks: list[Task], heldout: set[str] | None = None) -> None:
        self.tasks = tasks
        self.heldout = heldout or set()
        self.slips: list[Slip] = []
        self.stored: list[Any] = []

    async def get(self, _: str) -> None:
        return None

    async def of_runs(self, _: list[str]) -> list[Task]:
        return self.tasks

    async def heldout_customers(self) -> set[str]:
        return self.heldout

    async def successes(self, _: list[str]) -> list[Success]:
        return [success(one, self.slips) for one in self.tasks]

    async def store(self, version: Any, spec: Any, items: list[Any]) -> None:
        self.stored.append(items)

    async def domain(self, _: str) -> Domain:
        return DOMAIN

    def create(self) -> CreateDataset:
        parts: Any = self
        return CreateDataset(runs=parts, tasks=parts, episodes=parts, datasets=parts, domains=parts)


def spec(**changes: Any) -> DatasetSpec:
    plain: dict[str, Any] = {"name": "d", "kind": "rl_tasks", "synthesis_run_ids": ["srun_1"]}
    return DatasetSpec(**{**plain, **changes})


@pytest.mark.parametrize("kind", ["rl_tasks", "agent_sft", "user_sft"])
async def test_a_task_about_a_held_out_customer_enters_no_dataset(kind: str):
    shelf = Shelf([task("ann"), task("bob")], {customer_key(task("bob", 7))})
    with pytest.raises(ConflictError, match="held out"):
        await shelf.create()(spec(kind=kind))
    assert shelf.stored == []


async def test_a_trajectory_with_a_slip_teaches_nobody():
    shelf = Shelf([task()])
    shelf.slips = [Slip(by="assistant", kind="wrong_argument", message=2)]
    assert (await shelf.create()(spec(kind="agent_sft"))).num_items == 0
    assert (await shelf.create()(spec(kind="user_sft"))).num_items == 1
    shelf.slips = [Slip(by="user", kind="stopped_early", message=5)]
    assert (await shelf.create()(spec(kind="user_sft"))).num_items == 0


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
    dialogue = user_dialogue(success(task()), DOMAIN)
    assert [one.role for one in dialogue.messages] == ["assistant", "user", "assistant", "user"]
    assert [one.name for one in dialogue.tools] == ["phone"]
    assert "123" in dialogue.system
    assert "99" not in dialogue.system


def test_selection_repeats_with_its_seed_and_respects_both_caps():
    items = [task(str(num % 5), num) for num in range(40)]

    def by_customer(one: Task) -> str:
        return str(one.customer_id)

    capped = spec(max_per_signature=2, seed=3)
    chosen = selected(items, capped, by_customer)
    assert chosen == selected(items, capped, by_customer)
    assert len(chosen) == 10
    assert len(selected(items, spec(max_items=7), by_customer)) == 7
    assert selected(items, spec(seed=1), by_customer) != selected(items, spec(seed=2), by_customer)


def test_a_versions_id_is_its_content():
    one = dataset_version(spec(), [task()])
    assert one.id == dataset_version(spec(), [task()]).id
    assert one.id != dataset_version(spec(), [task("bob")]).id
    assert one.id != dataset_version(spec(seed=1), [task()]).id
