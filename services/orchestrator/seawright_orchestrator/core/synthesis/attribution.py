"""Whom a failed episode is blamed on: decided by replayed evidence, in a fixed order."""

from dataclasses import dataclass

from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Attribution

INTERNAL_ERROR_MARK = "internal error"
"""Tools that break say so in their answer; a refusal is never worded so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEvidence:
    """What is known of a failed episode. None: not tried."""

    stop_reason: StopReason
    is_infrastructure_fault: bool = False
    """A service failed while it was played or verified."""
    is_user_slip: bool = False
    """The user said a wrong or unknown fact, broke protocol, or stopped before the end."""
    is_tool_broken: bool = False
    """A tool raised instead of answering or refusing."""
    gold_passes: bool | None = None
    """Whether the task's checker passes its own gold run."""
    oracle_passes: bool | None = None
    """Whether the scripted agent passed with a user who makes no slips."""
    oracle_passes_same_user: bool | None = None
    """Whether the scripted agent passes with the very user of this episode."""
    agent_passes_other_user: bool | None = None
    """Whether this agent passes, every time, with a user who makes no slips."""
    replay_passes: bool | None = None
    """What replay says of an episode that a judge refused."""


def attribute(evidence: EpisodeEvidence) -> Attribution:
    """Return whom to blame. AGENT is what remains when nothing else is at fault."""
    if evidence.is_tool_broken:
        return Attribution.ENV
    if evidence.is_infrastructure_fault or evidence.stop_reason is StopReason.INFRASTRUCTURE:
        return Attribution.INFRA
    if evidence.replay_passes:
        return Attribution.JUDGE
    if evidence.gold_passes is False:
        return Attribution.CHECKER
    if evidence.oracle_passes is False:
        return Attribution.TASK
    if evidence.is_user_slip or evidence.stop_reason is StopReason.USER_ERROR:
        return Attribution.USER
    if evidence.oracle_passes_same_user is False:
        # A clean user let the same script through: then it is this user, not the task.
        return Attribution.USER if evidence.oracle_passes else Attribution.TASK
    if evidence.agent_passes_other_user:
        return Attribution.USER
    return Attribution.AGENT


def needs_replay(evidence: EpisodeEvidence) -> bool:
    """Return whether playing the oracle against the same user could change the blame."""
    return attribute(evidence) is Attribution.AGENT and evidence.oracle_passes_same_user is None


def needs_other_user(evidence: EpisodeEvidence) -> bool:
    """Return whether playing the same agent with another user could change the blame."""
    return attribute(evidence) is Attribution.AGENT and evidence.agent_passes_other_user is None
