"""What goes into a dataset version: selection, caps, and the dialogues that a trainer renders."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue

from seawright_orchestrator.core.dialogue import seen_by_agent, seen_by_user, without_reasoning
from seawright_orchestrator.core.prompts import agent_system, user_system
from seawright_orchestrator.core.seeds import seeded
from seawright_shared.records.base import content_hash, content_id
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.domains import Domain
from seawright_shared.records.messages import Message
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory

T = TypeVar("T")
Item = Task | Dialogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """A trajectory with reward 1, and its task."""

    task: Task
    trajectory: Trajectory


def signature_of(task: Task) -> str:
    """Return the sequence of tool names of the gold, as in `get_order_details cancel_order`."""
    return " ".join(action.name for action in task.golden_actions)


def is_wanted(task: Task, spec: DatasetSpec) -> bool:
    """Return whether the spec's goal types hold all of the task's; no goal types: always."""
    return not spec.goals or set(task.goal_types) <= set(spec.goals)


def selected(items: Sequence[T], spec: DatasetSpec, signature: Callable[[T], str]) -> list[T]:
    """Return the items in a seeded order, at most so many of one signature, and in all."""
    order = seeded(spec.seed, "dataset").sample(range(len(items)), len(items))
    counts: Counter[str] = Counter()
    chosen: list[T] = []
    for index in order:
        if spec.max_items is not None and len(chosen) >= spec.max_items:
            break
        name = signature(items[index])
        if spec.max_per_signature is None or counts[name] < spec.max_per_signature:
            counts[name] += 1
            chosen.append(items[index])
    return chosen


def agent_dialogue(success: Success, domain: Domain, spec: DatasetSpec) -> Dialogue:
    """Return what the agent saw and said; loss falls on its turns."""
    trajectory = success.trajectory
    mode = spec.domain_policy or trajectory.agent.domain_policy
    messages = without_reasoning(seen_by_agent(trajectory.messages))
    return Dialogue(
        id=content_id("dlg", {"role": "assistant", "trajectory": trajectory.id}),
        task_id=success.task.id,
        trajectory_id=trajectory.id,
        system=agent_system(domain.domain_policy, mode),
        tools=[tool for tool in domain.tools if tool.requestor == "assistant"],
        messages=messages,
    )


def user_dialogue(success: Success, domain: Domain) -> Dialogue:
    """Return what the user saw and said; loss falls on his turns."""
    trajectory = success.trajectory
    messages: list[Message] = seen_by_user(trajectory.messages)
    return Dialogue(
        id=content_id("dlg", {"role": "user", "trajectory": trajectory.id}),
        task_id=success.task.id,
        trajectory_id=trajectory.id,
        system=user_system(success.task.scenario),
        tools=[tool for tool in domain.tools if tool.requestor == "user"],
        messages=messages,
    )


def dataset_version(spec: DatasetSpec, items: Sequence[Item]) -> DatasetVersion:
    """Return the manifest. The id hashes spec and items: the same content is the same version."""
    hashes: list[JsonValue] = [content_hash(item) for item in items]
    content: JsonValue = {"spec": spec.model_dump(mode="json"), "items": hashes}
    return DatasetVersion(
        id=content_id("ds", content),
        name=spec.name,
        kind=spec.kind,
        num_items=len(items),
        synthesis_run_ids=list(spec.synthesis_run_ids),
    )
