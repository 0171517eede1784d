"""A results file of tau2-bench: its header, task definitions and simulation runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue

from seawright_console.core.statistics import Trials, mean, pass_hat
from seawright_shared.records.gradings import Tau2Grading
from seawright_shared.records.trajectories import AgentSpec, UserSpec

Document = dict[str, JsonValue]
T = TypeVar("T")
SUCCESS_TOLERANCE = 1e-6
SOLO = ("llm_agent_solo", "dummy_user")
"""Agent and user of a solo run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The parts of a results file; `header` keeps every other key, and the order of all."""

    header: Document
    tasks: list[Document]
    simulations: list[Document]

    def document(self) -> Document:
        """Return the file's content, keys in their order."""
        return {**self.header, "tasks": list(self.tasks), "simulations": list(self.simulations)}

    def said(self, *path: str) -> JsonValue:
        """Return what the header says at a path, or None."""
        here: JsonValue = self.header.get("info")
        for step in path:
            here = here.get(step) if isinstance(here, dict) else None
        return here

    @property
    def domain(self) -> str | None:
        """The domain that the file names."""
        named = self.said("environment_info", "domain_name")
        return named if isinstance(named, str) else None

    @property
    def is_solo(self) -> bool:
        """Whether the agent held the user's tools, too."""
        names = (
            self.said("agent_info", "implementation"),
            self.said("user_info", "implementation"),
        )
        return names == SOLO

    @property
    def agent(self) -> AgentSpec:
        """The agent that played, as far as the file names it."""
        model = self.said("agent_info", "llm") or self.said("agent_info", "implementation")
        return AgentSpec(model=model if isinstance(model, str) else "unknown")

    @property
    def user(self) -> UserSpec:
        """The user that played, as far as the file names it."""
        model = self.said("user_info", "llm")
        return UserSpec(kind="model", model=model if isinstance(model, str) else None)


def pass_hats(gradings: Sequence[Tau2Grading]) -> dict[int, float]:
    """Return pass^k as tau2-bench counts it, for k up to the least number of trials of a task.

    Infrastructure errors are dropped; a run that could not be graded is no success.
    """
    trials: dict[str, Trials] = {}
    for grading in gradings:
        if grading.is_counted:
            won, of = trials.get(grading.task_id, (0, 0))
            reward = grading.reward or 0.0
            trials[grading.task_id] = (won + (abs(reward - 1.0) <= SUCCESS_TOLERANCE), of + 1)
    num_k = min((of for _, of in trials.values()), default=0)
    found: dict[int, float] = {}
    for k in range(1, num_k + 1):
        values = [pass_hat(each, k) for each in trials.values()]
        found[k] = mean([value for value in values if value is not None])
    return found


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in order, at most `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def used_tasks(tasks: Sequence[Document], runs: Sequence[Document]) -> list[Document]:
    """Return the definitions of the tasks that these runs played."""
    wanted = {str(run.get("task_id")) for run in runs}
    return [task for task in tasks if str(task.get("id")) in wanted]


def task_ids(documents: Sequence[Mapping[str, JsonValue]], ids: Sequence[str]) -> dict[str, str]:
    """Return our ids by the ids of the documents, both in one order."""
    return {str(document["id"]): own for document, own in zip(documents, ids, strict=True)}
