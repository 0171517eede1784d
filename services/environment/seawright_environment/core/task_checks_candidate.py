"""A draft on its way to a task: what it does when executed, computed once."""

import re
from dataclasses import dataclass
from functools import cached_property

from seawright_environment.core.drafting import Author
from seawright_environment.core.patches import diff_states
from seawright_environment.core.world import Base, World
from seawright_shared.records.tasks import Draft, EnvironmentCall

_ID = re.compile(r"#\w+|\b\w*\d\w*\b")


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
        return World.open(self.base)

    @cached_property
    def calls(self) -> list[EnvironmentCall | None]:
        """The write of each goal; None where it asks for none."""
        return [self.author.call_of(goal) for goal in self.draft.goals]

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
    def _executed(self) -> tuple[list[World], Finding | None]:
        worlds = [self.start]
        for index, (goal, call) in enumerate(zip(self.draft.goals, self.calls, strict=True)):
            world = worlds[-1].fork()
            if call is None:
                obstacle = self.author.obstacle(world, goal)
            else:
                result = world.call(call.requestor, call.name, call.arguments)
                obstacle = result.content.removeprefix("Error: ") if result.error else None
            if obstacle is not None:
                return worlds, Finding(
                    failure_class=f"exec:{without_ids(obstacle)}", rationale=obstacle, goal=index
                )
            worlds.append(world)
        return worlds, None

    def changes_nothing(self, index: int) -> bool:
        """Whether the write of a goal leaves the state as it was."""
        return not diff_states(self.worlds[index].state, self.worlds[index + 1].state)

    def is_dispensable(self, index: int) -> bool:
        """Whether the end is the same without the write of a goal."""
        world = self.start.fork()
        for place, call in enumerate(self.calls):
            if call is not None and place != index:
                world.call(call.requestor, call.name, call.arguments)
        return not diff_states(self.gold.state, world.state)


def without_ids(text: str) -> str:
    """Return a refusal with its ids taken out, so that equal causes read alike."""
    return " ".join(_ID.sub("", text).split())[:120]
