"""Whom a failed episode blames, and when a reward must not become one (DESIGN 13)."""

from collections.abc import Sequence

from seawright_shared.records.trajectories import AgentSpec, Slip, StopReason
from seawright_shared.records.verdicts import Attribution, Verdict

FAULTS = {
    StopReason.USER_ERROR: Attribution.USER,
    StopReason.INFRASTRUCTURE: Attribution.INFRA,
}
"""Stop reasons that are nobody's outcome."""


def fault_verdict(stop_reason: StopReason, cause: str, attribution: Attribution | None) -> Verdict:
    """Return the verdict of an episode that a fault ended: no reward, never 0."""
    blamed = attribution or FAULTS[stop_reason]
    return Verdict(
        subject="trajectory",
        ok=False,
        stage="episode",
        failure_class=f"{blamed.value.lower()}:{stop_reason.value}",
        rationale=cause,
        attribution=blamed,
        reward=None,
    )


def attributed(verdict: Verdict, agent: AgentSpec, slips: Sequence[Slip]) -> Verdict:
    """Return the verdict with its blame.

    A failure after a slip of the user is the user's and carries no reward. The oracle agent
    without a slip cannot fail a sound task, so its failure is the task's. Else it is the agent's.
    """
    if verdict.ok:
        return verdict
    if any(slip.by == "user" for slip in slips):
        return verdict.model_copy(update={"attribution": Attribution.USER, "reward": None})
    if verdict.attribution not in {None, Attribution.AGENT}:
        return verdict.model_copy(update={"reward": None}) if is_fault(verdict) else verdict
    is_oracle = agent.kind == "scripted" and not slips
    blamed = Attribution.TASK if is_oracle else Attribution.AGENT
    return verdict.model_copy(update={"attribution": blamed})


def is_fault(verdict: Verdict) -> bool:
    """Return whether nothing can be said about the agent from this verdict."""
    return verdict.reward is None or verdict.attribution in {
        Attribution.USER,
        Attribution.ENV,
        Attribution.INFRA,
    }
