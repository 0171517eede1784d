"""Policies that do not read the task: what they say, and how many tasks reward them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.dialogue import ENDING_TOOLS, GREETING
from seawright_shared.records.datasets import Baseline, DegeneratePolicy
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Verdict

NOOP = "Thank you for your message. Is there anything else I can help you with?"
REFUSAL = "I am sorry, but our policy does not allow this. I cannot do that."
YES = "Of course, I will do that for you right away."
DONE = "That is done."
STOP = "###STOP###"
TRANSFER_TOOL = "transfer_to_human_agents"
assert TRANSFER_TOOL in ENDING_TOOLS
NUM_NAMED = 20
"""Tasks that a baseline names, of those that it passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DegeneratePlay:
    """What such a policy says and calls in one task; results of calls come from its world."""

    policy: DegeneratePolicy
    messages: list[Message]
    stop: StopReason

    @property
    def needs_world(self) -> bool:
        """Whether anything is called."""
        return any(message.tool_calls for message in self.messages)


def plays_of(task: Task) -> list[DegeneratePlay]:
    """Return one play per policy; none of them has read anything but the customer's opening."""
    return [play(task) for play in _POLICIES.values()]


def _noop(task: Task) -> DegeneratePlay:
    return _spoken("noop", task, [_says(NOOP)])


def _refuse(task: Task) -> DegeneratePlay:
    return _spoken("refuse", task, [_says(REFUSAL)])


def _transfer(task: Task) -> DegeneratePlay:
    arguments = {"summary": task.scenario.opening}
    call = ToolCall(id="call_0", name=TRANSFER_TOOL, arguments={**arguments})
    return DegeneratePlay(
        policy="transfer",
        messages=[*_opened(task), Message(role="assistant", tool_calls=[call])],
        stop=StopReason.AGENT_STOP,
    )


def _greedy(task: Task) -> DegeneratePlay:
    """Do what was asked for: the agent's right writes where there are any, else forbidden ones.

    A right answer is known beforehand, so that no real policy of the kind can pass more.
    """
    calls = [action for action in task.golden_actions if action.requestor == "assistant"]
    wanted = [ToolCall(id="", name=one.name, arguments=one.arguments) for one in calls]
    if not wanted and task.checker is not None:
        names = [name for name in task.checker.never_called if "*" not in name]
        wanted = [ToolCall(id="", name=name) for name in names if name != TRANSFER_TOOL]
    said = [
        Message(role="assistant", tool_calls=[call.model_copy(update={"id": f"call_{index}"})])
        for index, call in enumerate(wanted)
    ]
    return _spoken("greedy", task, [_says(YES), *said, _says(DONE)])


_POLICIES: Mapping[DegeneratePolicy, Callable[[Task], DegeneratePlay]] = {
    "noop": _noop,
    "refuse": _refuse,
    "transfer": _transfer,
    "greedy": _greedy,
}


def measured(
    policy: DegeneratePolicy, tasks: Sequence[Task], verdicts: Sequence[Verdict | None]
) -> Baseline:
    """Return the policy's share of the tasks that could be judged."""
    judged = [
        (task, verdict)
        for task, verdict in zip(tasks, verdicts, strict=True)
        if verdict is not None and verdict.reward is not None
    ]
    passed = [task.id for task, verdict in judged if verdict.reward == 1.0]
    return Baseline(
        policy=policy,
        num_passed=len(passed),
        num_tasks=len(judged),
        share=round(len(passed) / max(1, len(judged)), 6),
        task_ids=passed[:NUM_NAMED],
    )


def over_limit(baselines: Sequence[Baseline], limit: float) -> list[Baseline]:
    """Return those that pass more than may be."""
    return [one for one in baselines if one.share > limit]


def _opened(task: Task) -> list[Message]:
    opening = Message(role="user", content=task.scenario.opening or "Hello.")
    return [Message(role="assistant", content=GREETING), opening]


def _says(text: str) -> Message:
    return Message(role="assistant", content=text)


def _spoken(policy: DegeneratePolicy, task: Task, turns: Sequence[Message]) -> DegeneratePlay:
    stop = Message(role="user", content=STOP)
    return DegeneratePlay(
        policy=policy, messages=[*_opened(task), *turns, stop], stop=StopReason.USER_STOP
    )
