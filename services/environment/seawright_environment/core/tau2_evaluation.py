"""tau2-bench's evaluation of an episode, exact but for the model judge.

Natural-language assertions need a judge model: they are counted as met, and the verdict says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.patches import diff_states
from seawright_environment.core.tau2_documents import (
    Basis,
    Tau2Action,
    Tau2Call,
    Tau2Criteria,
    Tau2Document,
)
from seawright_environment.core.tau2_replay import history_of, open_world, replay_writes
from seawright_environment.core.toolkits import REFUSALS
from seawright_environment.core.world import Base, World
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message
from seawright_shared.records.trajectories import StopReason

SCORED_STOPS = frozenset({StopReason.USER_STOP, StopReason.AGENT_STOP})
"""Every other end of an episode is reward 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tau2Evaluation:
    """What tau2-bench calls the reward info. None: not evaluated."""

    reward: float
    basis: Sequence[Basis] | None = None
    breakdown: Mapping[Basis, float] | None = None
    db_match: bool | None = None
    env_assertions_met: Sequence[bool] | None = None
    communicate_met: Sequence[bool] | None = None
    action_match: Sequence[bool] | None = None
    num_unjudged: int = 0
    """Natural-language assertions that were counted as met."""
    mismatches: Sequence[str] = ()
    """Recorded calls that answer differently now; strict tau2-bench refuses such an episode."""
    world: World | None = None
    """The replayed world, where there was one."""


def evaluate(
    base: Base,
    document: Tau2Document,
    messages: Sequence[Message],
    stop: StopReason,
    *,
    is_solo: bool = False,
) -> Tau2Evaluation:
    """Return the evaluation of an episode's messages, the task's own history included.

    In a solo episode the agent held the user's tools, too.
    """
    if stop not in SCORED_STOPS:
        return Tau2Evaluation(reward=0.0)
    criteria = document.evaluation_criteria
    if criteria is None:
        return Tau2Evaluation(reward=1.0)
    world = open_world(base, document.initial_state, is_solo=is_solo)
    state = _compare_states(world, document, criteria, messages)
    actions = [_is_called(action, messages) for action in criteria.actions or ()]
    said = [_is_said(text, messages) for text in criteria.communicate_info or ()]
    components: dict[Basis, float] = {
        **state.components,
        "ACTION": float(all(actions)),
        "COMMUNICATE": float(all(said)),
        "NL_ASSERTION": 1.0,
    }
    breakdown: dict[Basis, float] = {
        part: components[part] for part in criteria.reward_basis if part in components
    }
    reward = 1.0
    for component in breakdown.values():
        reward *= component
    return Tau2Evaluation(
        reward=reward,
        basis=criteria.reward_basis,
        breakdown=breakdown,
        db_match=state.db_match,
        env_assertions_met=state.assertions_met,
        communicate_met=said or None,
        action_match=actions or None,
        num_unjudged=len(criteria.nl_assertions or ()),
        mismatches=state.mismatches,
        world=state.world,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _StateComparison:
    db_match: bool
    assertions_met: Sequence[bool] | None = None
    components: Mapping[Basis, float] = field(default_factory=dict[Basis, float])
    mismatches: Sequence[str] = ()
    world: World | None = None


def _compare_states(
    world: World, document: Tau2Document, criteria: Tau2Criteria, messages: Sequence[Message]
) -> _StateComparison:
    """Compare the replayed episode with gold, whose refused actions are passed over."""
    if criteria.actions is None and criteria.env_assertions is None:
        return _StateComparison(db_match=True)
    mismatches = replay_writes(world, messages)
    gold = run_gold(world.base, document)
    db_match = not diff_states(gold.state, world.state)
    met = [_is_met(world, assertion) for assertion in criteria.env_assertions or ()]
    return _StateComparison(
        db_match=db_match,
        assertions_met=met,
        components={"DB": float(db_match), "ENV_ASSERTION": float(all(met))},
        mismatches=mismatches,
        world=world,
    )


def run_gold(base: Base, document: Tau2Document) -> World:
    """Return the world after the golden actions; its start is the one before them.

    As in tau2-bench, what one side's change means for the other is not carried over between
    golden actions, and refused ones are passed over.
    """
    gold = open_world(base, document.initial_state)
    replay_writes(gold, history_of(document.initial_state))
    gold.start = gold.state.fork()
    criteria = document.evaluation_criteria or Tau2Criteria()
    for action in criteria.actions or ():
        gold.call(action.requestor, action.name, action.arguments, is_synced=False)
    return gold


def _is_met(world: World, assertion: Tau2Call) -> bool:
    content = world.base.content
    check = content.assertions.get(assertion.func_name)
    if check is None:
        raise InvalidRequestError(f"no assertion {assertion.func_name!r} in this domain")
    try:
        is_met = check(world.state, assertion.arguments) == assertion.assert_value
    except REFUSALS as error:
        raise InvalidRequestError(f"assertion {assertion.func_name!r}: {error}") from error
    if content.sync is not None:
        content.sync(world.state)
    return is_met


def _is_called(action: Tau2Action, messages: Sequence[Message]) -> bool:
    """Whether any call has the name and agrees on the compared arguments.

    Compared are, by default, the arguments of the call: one that left some out agrees. Requestor,
    order, number and success do not matter; `1 == 1.0 == True`, as in tau2-bench.
    """
    for message in messages:
        for call in message.tool_calls or ():
            if call.name != action.name:
                continue
            keys = call.arguments.keys() if action.compare_args is None else action.compare_args
            if _chosen(call.arguments, keys) == _chosen(action.arguments, keys):
                return True
    return False


def _chosen(arguments: Mapping[str, JsonValue], keys: object) -> dict[str, JsonValue]:
    wanted = cast("Sequence[str]", keys)
    return {key: value for key, value in arguments.items() if key in wanted}


def _is_said(text: str, messages: Sequence[Message]) -> bool:
    """Whether one assistant text holds it, case and commas of the message ignored."""
    wanted = text.lower()
    return any(
        wanted in message.content.lower().replace(",", "")
        for message in messages
        if message.role == "assistant" and message.content
    )
