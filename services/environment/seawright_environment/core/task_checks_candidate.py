"""A draft on its way to a task: what it does when executed, computed once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from seawright_environment.core.drafting import Author, Composition
from seawright_environment.core.patches import diff_states
from seawright_environment.core.world import Base, World
from seawright_shared.records.tasks import Draft, EnvironmentCall

_ID = re.compile(r"#\w+|\b\w*\d\w*\b|\b[A-Z]{5,}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why a check stopped a draft, and which of its goals is to blame."""

    failure_class: str
    rationale: str
    goal: int | None = None


@dataclass(kw_only=True)
class Candidate:
    """A draft with the worlds it goes through. Nothing here changes after it was computed."""

    draft: Draft
    base: Base
    author: Author

    @cached_property
    def start(self) -> World:
        """The world before anything was done."""
        return World.open(self.base, self.draft.initial_patch, self.draft.initial_calls)

    @cached_property
    def calls(self) -> list[Sequence[EnvironmentCall]]:
        """The writes of each goal, in order."""
        return [self.author.calls_of(goal) for goal in self.draft.goals]

    @cached_property
    def worlds(self) -> list[World]:
        """The world before each goal, and after the last; it ends early where a goal fails."""
        return self._executed[0]

    @cached_property
    def refusal(self) -> Finding | None:
        """The first goal that cannot be carried out."""
        return self._executed[1]

    @cached_property
    def gold(self) -> World:
        """The world after all goals."""
        return self.worlds[-1]

    @cached_property
    def composition(self) -> Composition:
        """The draft in words. Only what can be carried out has any."""
        assert self.refusal is None, "only what can be carried out is put into words"
        return self.author.compose(self.start, self.draft)

    @cached_property
    def _executed(self) -> tuple[list[World], Finding | None]:
        worlds = [self.start]
        for index, (goal, calls) in enumerate(zip(self.draft.goals, self.calls, strict=True)):
            world = worlds[-1].fork()
            obstacle = _refusal(world, calls) if calls else self.author.obstacle(world, goal)
            if obstacle is not None:
                return worlds, Finding(
                    failure_class=f"exec:{without_ids(obstacle)}", rationale=obstacle, goal=index
                )
            worlds.append(world)
        return worlds, None

    def changes_nothing(self, index: int) -> bool:
        """Whether the writes of a goal leave the state as it was."""
        return not diff_states(self.worlds[index].state, self.worlds[index + 1].state)

    def ailment(self, index: int) -> str | None:
        """Say why the writes of a goal are no cure: too much of it, or not enough.

        What the goal is about must be ill before each write and without any of them, and well
        after all of them if the goal can be fulfilled at all.
        """
        is_well, goal, calls = self.base.content.is_well, self.draft.goals[index], self.calls[index]
        world = self.worlds[index].fork()
        if is_well is None or is_well(world.state, goal) is None:
            return None
        for call in calls:
            if is_well(world.state, goal):
                return "a remedy is not needed"
            world.call(call.requestor, call.name, call.arguments)
        is_curable = self.author.kinds[goal.type].outcome == "fulfil"
        if is_well(world.state, goal) != is_curable:
            return "it does not work in the end" if is_curable else "it works in the end"
        if not is_curable or len(calls) < 2:
            return None
        for place in range(len(calls)):
            world = self.worlds[index].fork()
            for call in (*calls[:place], *calls[place + 1 :]):
                world.call(call.requestor, call.name, call.arguments)
            if is_well(world.state, goal):
                return "a remedy is not needed"
        return None

    def is_dispensable(self, index: int) -> bool:
        """Whether the end is the same without one of the writes of a goal."""
        return any(
            self._ends_alike_without(index, place) for place in range(len(self.calls[index]))
        )

    def _ends_alike_without(self, index: int, place: int) -> bool:
        world = self.start.fork()
        for goal, calls in enumerate(self.calls):
            for number, call in enumerate(calls):
                if (goal, number) != (index, place):
                    world.call(call.requestor, call.name, call.arguments)
        return not diff_states(self.gold.state, world.state)


def _refusal(world: World, calls: Sequence[EnvironmentCall]) -> str | None:
    """Make the calls; return what the first refused one was told."""
    for call in calls:
        result = world.call(call.requestor, call.name, call.arguments)
        if result.error:
            return result.content.removeprefix("Error: ")
    return None


def without_ids(text: str) -> str:
    """Return a refusal with its ids taken out, so that equal causes read alike."""
    return " ".join(_ID.sub("", text).split())[:120]
