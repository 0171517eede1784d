import pytest

from seawright_orchestrator.core.synthesis.attribution import (
    EpisodeEvidence,
    attribute,
    needs_replay,
)
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Attribution


def blamed(**known: object) -> Attribution:
    stop = known.pop("stop_reason", StopReason.USER_STOP)
    return attribute(EpisodeEvidence(stop_reason=stop, **known))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ({"stop_reason": StopReason.INFRASTRUCTURE}, Attribution.INFRA),
        ({"is_tool_broken": True}, Attribution.ENV),
        ({"gold_passes": False}, Attribution.CHECKER),
        ({"oracle_passes": False}, Attribution.TASK),
        ({"is_user_slip": True}, Attribution.USER),
        ({"stop_reason": StopReason.USER_ERROR}, Attribution.USER),
        ({"oracle_passes_same_user": False}, Attribution.TASK),
        ({"oracle_passes_same_user": False, "oracle_passes": True}, Attribution.USER),
        ({"oracle_passes_same_user": True, "oracle_passes": True}, Attribution.AGENT),
        ({"replay_passes": True}, Attribution.JUDGE),
        (
            {"oracle_passes_same_user": True, "agent_passes_other_user": True},
            Attribution.USER,
        ),
        (
            {"oracle_passes_same_user": True, "agent_passes_other_user": False},
            Attribution.AGENT,
        ),
        ({}, Attribution.AGENT),
    ],
)
def test_each_kind_of_evidence_blames_its_own(known: dict[str, object], wanted: Attribution):
    assert blamed(**known) is wanted


def test_infrastructure_excuses_everybody_but_a_broken_tool():
    others = {"is_user_slip": True, "gold_passes": False, "oracle_passes": False}
    assert blamed(is_infrastructure_fault=True, **others) is Attribution.INFRA
    assert blamed(stop_reason=StopReason.INFRASTRUCTURE, **others) is Attribution.INFRA
    broken = {**others, "is_tool_broken": True}
    assert blamed(stop_reason=StopReason.INFRASTRUCTURE, **broken) is Attribution.ENV


def test_only_a_suspected_agent_needs_a_replay():
    assert needs_replay(EpisodeEvidence(stop_reason=StopReason.MAX_TURNS))
    assert not needs_replay(EpisodeEvidence(stop_reason=StopReason.MAX_TURNS, is_user_slip=True))
    assert not needs_replay(
        EpisodeEvidence(stop_reason=StopReason.MAX_TURNS, oracle_passes_same_user=True)
    )
