"""A task under audit: its document, the world it starts from, and gold as it was executed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.patches import diff_states
from seawright_environment.core.tau2_documents import Tau2Criteria, Tau2Document, Tau2Instructions
from seawright_environment.core.tau2_evaluation import Tau2Evaluation, evaluate
from seawright_environment.core.tau2_replay import history_of, open_world, replay_writes
from seawright_environment.core.world import Base, World
from seawright_shared.errors import SeawrightError
from seawright_shared.records.messages import Message, ToolCall, ToolResult
from seawright_shared.records.tasks import EnvironmentCall
from seawright_shared.records.trajectories import StopReason

GREETING = "Hi! How can I help you today?"
"""What the agent says first in every episode of tau2-bench."""
FIRST = Message(role="user", content="hello")
LAST = Message(role="user", content="###STOP###")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One golden action as it was executed."""

    index: int
    call: EnvironmentCall
    result: ToolResult
    is_write: bool
    has_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A made-up episode: where it led and what it is worth."""

    world: World
    evaluation: Tau2Evaluation
    fault: str | None = None
    """Why the episode cannot be evaluated: tau2-bench drops it as a fault, and it earns nothing."""

    @property
    def is_rewarded(self) -> bool:
        """Whether the reward is 1, natural language counted as met."""
        return self.evaluation.reward == 1.0


@dataclass(kw_only=True)
class Subject:
    """Nothing here changes after it was computed; worlds are forked before they are used."""

    index: int
    document: JsonObject
    parts: Tau2Document
    base: Base

    @property
    def id(self) -> str:
        """The task's own id."""
        return self.parts.id

    @cached_property
    def criteria(self) -> Tau2Criteria:
        """What the task is evaluated by; empty where it states none."""
        return self.parts.evaluation_criteria or Tau2Criteria()

    @property
    def has_unjudged(self) -> bool:
        """Whether the reward depends on a judge of natural language."""
        criteria = self.criteria
        return "NL_ASSERTION" in criteria.reward_basis and bool(criteria.nl_assertions)

    def pointer(self, *steps: str | int) -> str:
        """Return where a part of this task stands in the set."""
        return pointer_of(self.index, *steps)

    @cached_property
    def start(self) -> World:
        """The world at the first turn."""
        world = open_world(self.base, self.parts.initial_state)
        replay_writes(world, self.history)
        return world

    @cached_property
    def history(self) -> list[Message]:
        """What was said before the first turn."""
        return history_of(self.parts.initial_state)

    @cached_property
    def _executed(self) -> tuple[list[Step], World]:
        world, steps = self.start.fork(), list[Step]()
        for index, action in enumerate(self.criteria.actions or ()):
            call = EnvironmentCall(
                requestor=action.requestor, name=action.name, arguments=action.arguments
            )
            is_write = self.base.content.is_write(call.name)
            before = world.fork() if is_write else world
            result = world.call(call.requestor, call.name, call.arguments)
            has_changed = is_write and bool(diff_states(before.state, world.state))
            step = Step(
                index=index, call=call, result=result, is_write=is_write, has_changed=has_changed
            )
            steps.append(step)
        return steps, world

    @property
    def steps(self) -> list[Step]:
        """Every golden action in order."""
        return self._executed[0]

    @property
    def gold(self) -> World:
        """The world after gold was played like an episode."""
        return self._executed[1]

    @property
    def writes(self) -> list[Step]:
        """The golden actions that changed the state."""
        return [step for step in self.steps if step.has_changed and not step.result.error]

    @cached_property
    def calls(self) -> list[EnvironmentCall]:
        """Gold's calls in order."""
        return [step.call for step in self.steps]

    @cached_property
    def said(self) -> str:
        """What an agent says that leaves nothing out."""
        return "\n".join(self.criteria.communicate_info or ()) or "Done."

    @cached_property
    def gold_episode(self) -> Scored:
        """Gold played to its end."""
        return self.play(self.calls, self.said)

    @cached_property
    def idle_episode(self) -> Scored:
        """The agent greets and does nothing, and the user ends it."""
        return self.play((), None)

    def play(self, calls: Sequence[EnvironmentCall], said: str | None) -> Scored:
        """Return the episode of these calls, ended by the user; `said` is the agent's last text.

        Reads are not run: the evaluation looks only at their names and arguments.
        """
        return self.play_as(self.parts, calls, said)

    def play_as(
        self, parts: Tau2Document, calls: Sequence[EnvironmentCall], said: str | None
    ) -> Scored:
        """Return the same episode evaluated by another document of the same start."""
        world = self.start.fork()
        messages = [*self.history, Message(role="assistant", content=GREETING), FIRST]
        for number, call in enumerate(calls):
            call_id = f"c{number}"
            content, is_error = "", False
            if self.base.content.is_write(call.name):
                result = world.call(call.requestor, call.name, call.arguments, call_id)
                content, is_error = result.content, result.error
            tool_call = ToolCall(id=call_id, **call.model_dump())
            messages.append(Message(role=call.requestor, tool_calls=[tool_call]))
            answer = ToolResult(call_id=call_id, content=content, error=is_error)
            messages.append(answer.as_message(call.requestor))
        if said is not None:
            messages.append(Message(role="assistant", content=said))
        messages.append(LAST)
        try:
            evaluation = evaluate(self.base, parts, messages, StopReason.USER_STOP)
        except SeawrightError as error:
            none = Tau2Evaluation(reward=0.0)
            return Scored(world=world, evaluation=none, fault=error.detail)
        return Scored(world=world, evaluation=evaluation)

    @cached_property
    def words(self) -> str:
        """All that the simulated user is told, in lower case."""
        told = self.parts.user_scenario.instructions
        if isinstance(told, Tau2Instructions):
            parts = (told.reason_for_call, told.known_info, told.unknown_info)
            text = "\n".join(part for part in (*parts, told.task_instructions) if part)
        else:
            text = told
        ticket = self.document.get("ticket")
        return f"{text}\n{ticket if isinstance(ticket, str) else ''}".lower()


def pointer_of(*steps: str | int) -> str:
    """Return an RFC 6901 pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
