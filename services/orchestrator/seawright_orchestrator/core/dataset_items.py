"""What goes into a dataset version: selection, caps, and the dialogues that a trainer renders."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_orchestrator.core.dialogue import seen_by_agent, seen_by_user, without_reasoning
from seawright_orchestrator.core.near_duplicates import structure_key
from seawright_orchestrator.core.prompts import agent_system, user_system
from seawright_orchestrator.core.seeds import seeded
from seawright_shared.records.base import content_hash, content_id
from seawright_shared.records.datasets import (
    DatasetReport,
    DatasetVersion,
    Dialogue,
    Preference,
)
from seawright_shared.records.deed_tools import deed_tools
from seawright_shared.records.domains import Domain, Outcome
from seawright_shared.records.messages import Message
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import Trajectory
from seawright_shared.records.verdicts import Verdict

Item = Task | Dialogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """A trajectory with reward 1, and its task."""

    task: Task
    trajectory: Trajectory


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedTask:
    """One play of an accepted task, whatever came of it."""

    task_id: str
    trajectory: Trajectory
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Positions of what was chosen, in order, and how many were left out for which reason."""

    chosen: list[int]
    num_duplicates: int = 0
    num_over_caps: int = 0


def signature_of(task: Task) -> str:
    """Return the sequence of tool names of the gold, as in `get_order_details cancel_order`."""
    return " ".join(action.name for action in task.golden_actions)


def is_wanted(task: Task, spec: DatasetSpec) -> bool:
    """Return whether the spec's goal types hold all of the task's; no goal types: always."""
    return not spec.goals or set(task.goal_types) <= set(spec.goals)


def selection(tasks: Sequence[Task], spec: DatasetSpec) -> Selection:
    """Choose in a seeded order, within the spec's caps; the tasks are those of the items.

    Of several tasks that ask for the same, the first one's items are kept. Halves of a contrast
    pair come in together or not at all: apart they teach the outcome, not the rule.
    """
    order = seeded(spec.seed, "dataset").sample(range(len(tasks)), len(tasks))
    owners: dict[str, str] = {}
    for index in order:
        owners.setdefault(structure_key(tasks[index]), tasks[index].id)
    fresh = [i for i in order if owners[structure_key(tasks[i])] == tasks[i].id]
    caps = _Caps(spec)
    chosen: list[int] = []
    for unit in _units(fresh, tasks):
        if caps.admit([tasks[index] for index in unit]):
            chosen += unit
    kept = _within(chosen, tasks, spec.outcome_shares)
    return Selection(
        chosen=kept,
        num_duplicates=len(order) - len(fresh),
        num_over_caps=len(fresh) - len(kept),
    )


def _within(
    chosen: Sequence[int], tasks: Sequence[Task], shares: Mapping[Outcome, float]
) -> list[int]:
    """Return what is left within the shares; who loses his other half goes, too."""
    while True:
        ordered = sorted(chosen, key=lambda index: tasks[index].pair is None)
        places = within_shares([tasks[index] for index in ordered], shares)
        kept = {ordered[place] for place in places}
        alone = {
            index
            for index in kept
            if (pair := tasks[index].pair) is not None
            and any(tasks[i].pair == pair for i in chosen if i not in kept)
        }
        if len(kept) == len(chosen):
            return list(chosen)
        chosen = [index for index in chosen if index in kept and index not in alone]


def within_shares(tasks: Sequence[Task], shares: Mapping[Outcome, float]) -> list[int]:
    """Return the places of those that stay when no outcome may exceed its share of what stays."""
    counts = Counter(task.outcome for task in tasks)
    while over := [
        outcome
        for outcome, share in shares.items()
        if counts[outcome] > math.floor(share * counts.total() + 1e-9)
    ]:
        for outcome in over:
            counts[outcome] -= 1
    left = Counter(counts)
    kept: list[int] = []
    for place, task in enumerate(tasks):
        if left[task.outcome] > 0:
            left[task.outcome] -= 1
            kept.append(place)
    return kept


def _units(order: Sequence[int], tasks: Sequence[Task]) -> list[list[int]]:
    """Return what comes in together: all items of a pair whose two halves are there, or one."""
    halves: dict[str, set[str]] = {}
    for index in order:
        if (pair := tasks[index].pair) is not None:
            halves.setdefault(pair, set()).add(tasks[index].id)
    units: dict[str, list[int]] = {}
    for index in order:
        pair = tasks[index].pair
        is_whole = pair is not None and len(halves[pair]) > 1
        units.setdefault(f"pair {pair}" if is_whole else f"item {index}", []).append(index)
    return list(units.values())


class _Caps:
    """Counts what came in."""

    def __init__(self, spec: DatasetSpec) -> None:
        self._most = spec.max_items
        self._most_alike = spec.max_per_signature
        self._num = 0
        self._alike: Counter[str] = Counter()

    def admit(self, unit: Sequence[Task]) -> bool:
        """Count a unit in, unless a cap is over with it."""
        if self._most is not None and self._num + len(unit) > self._most:
            return False
        alike = Counter(signature_of(task) for task in unit)
        after = self._alike + alike
        if self._most_alike is not None and any(after[s] > self._most_alike for s in alike):
            return False
        self._num += len(unit)
        self._alike = after
        return True


def is_clean(played: PlayedTask) -> bool:
    """Return whether a play may teach the agent: verified, without slip, fault or bad call."""
    trajectory = played.trajectory
    is_right = played.verdict.ok and played.verdict.reward == 1.0
    return (
        is_right
        and not trajectory.slips
        and trajectory.fault is None
        and not any(breaks_protocol(message) for message in trajectory.messages)
    )


def breaks_protocol(message: Message) -> bool:
    """Return whether it is an unreadable call, or the notice that a turn was empty."""
    is_notice = message.role == "tool" and message.tool_call_id is None
    return message.malformed is not None or is_notice


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
        domain=success.task.domain,
    )


def user_dialogue(success: Success, *, num_messages: int | None = None) -> Dialogue:
    """Return what the user saw and said, as he is asked when he plays; loss falls on his turns.

    `num_messages` ends it before his first wrong step; None: all of it.
    """
    trajectory = success.trajectory
    messages: list[Message] = seen_by_user(trajectory.messages[:num_messages])
    return Dialogue(
        id=content_id("dlg", {"role": "user", "trajectory": trajectory.id}),
        task_id=success.task.id,
        trajectory_id=trajectory.id,
        system=user_system(success.task.scenario),
        tools=deed_tools(success.task.scenario),
        messages=messages,
        domain=success.task.domain,
    )


def num_shared(first: Sequence[Message], second: Sequence[Message]) -> int:
    """Return how many messages two plays begin with alike."""
    pairs = zip(first, second, strict=False)
    return next(
        (index for index, (one, other) in enumerate(pairs) if one != other),
        min(len(first), len(second)),
    )


def preference(
    chosen: Success, rejected: PlayedTask, domain: Domain, spec: DatasetSpec
) -> Preference:
    """Return two plays as what both begin with and how each goes on, as the agent sees it."""
    won = agent_dialogue(chosen, domain, spec)
    lost = without_reasoning(seen_by_agent(rejected.trajectory.messages))
    num = num_shared(won.messages, lost)
    return Preference(
        id=content_id("prf", {"chosen": won.trajectory_id, "rejected": rejected.trajectory.id}),
        task_id=chosen.task.id,
        chosen_id=won.trajectory_id,
        rejected_id=rejected.trajectory.id,
        system=won.system,
        tools=won.tools,
        prompt=won.messages[:num],
        chosen=won.messages[num:],
        rejected=lost[num:],
        failure_class=rejected.verdict.failure_class,
    )


def dataset_version(
    spec: DatasetSpec, items: Sequence[Item], report: DatasetReport | None = None
) -> DatasetVersion:
    """Return the manifest. The id hashes spec and items: the same content is the same version."""
    hashes: list[JsonValue] = [content_hash(item) for item in items]
    content: JsonValue = {"spec": spec.model_dump(mode="json"), "items": hashes}
    return DatasetVersion(
        id=content_id("ds", content),
        name=spec.name,
        kind=spec.kind,
        num_items=len(items),
        synthesis_run_ids=list(spec.synthesis_run_ids),
        spec=spec,
        content_hash=content_hash(hashes),
        num_tasks=len({item.id if isinstance(item, Task) else item.task_id for item in items}),
        report=report,
    )
