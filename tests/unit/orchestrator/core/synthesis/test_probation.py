from seawright_orchestrator.core.synthesis.probation import probed
from seawright_orchestrator.core.synthesis.state import CandidateOutcome, GoalRow
from tests.unit.orchestrator.core.synthesis.builders import literal, outcome, rule

RULE = rule("r1", "cancel", literal("status", "==", "sent"))


def probe(*, accepted: bool) -> CandidateOutcome:
    return outcome(accepted=accepted, cause="c", probe="r1", status="sent")


def test_one_lucky_probe_does_not_retire_a_rule():
    (after,) = probed([RULE], [probe(accepted=True)])
    assert (after.status, after.probes, after.probe_successes) == ("active", 1, 1)


def test_four_probes_with_two_successes_retire_it():
    results = [probe(accepted=one) for one in (True, False, True, False)]
    (after,) = probed([RULE], results)
    assert after.status == "retired"


def test_four_probes_with_one_success_do_not():
    results = [probe(accepted=one) for one in (True, False, False, False)]
    (after,) = probed([RULE], results)
    assert after.status == "active"


def test_a_failure_of_another_goal_says_nothing():
    goals = [
        GoalRow(type="return", features={}),
        GoalRow(type="cancel", features={"status": "sent"}),
        GoalRow(type="return", features={}),
    ]

    def failed_at(index: int | None) -> CandidateOutcome:
        return CandidateOutcome(
            draft_id="d", iteration=0, goals=goals, accepted=False, failed_goal=index, probe="r1"
        )

    (early,) = probed([RULE], [failed_at(0), failed_at(None)])
    assert early.probes == 0
    (at,) = probed([RULE], [failed_at(1)])
    assert (at.probes, at.probe_successes) == (1, 0)
    (later,) = probed([RULE], [failed_at(2)])
    assert later.probes == 0
