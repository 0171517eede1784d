import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.llm.committee import (
    MIN_CASES,
    majority,
    may_vote,
    scored,
    summed,
)
from seawright_shared.records.reports import JudgeScore

BAD = JudgeScore(num_false_alarms=MIN_CASES)
GOOD = JudgeScore(num_right_good=MIN_CASES)


def test_a_judge_under_the_threshold_has_no_vote():
    votes = {"a": True, "b": False, "c": False}
    assert majority(votes, {}, 0.7) is False
    assert majority(votes, {"a": GOOD, "b": BAD, "c": BAD}, 0.7) is True


def test_a_judge_of_whom_too_little_is_known_votes():
    assert may_vote(JudgeScore(num_missed=MIN_CASES - 1), 0.7)
    assert not may_vote(JudgeScore(num_missed=MIN_CASES), 0.7)


def test_a_tie_and_an_empty_committee_say_nothing():
    assert majority({"a": True, "b": False}, {}, 0.7) is None
    assert majority({}, {}, 0.7) is None
    assert majority({"a": True}, {"a": BAD}, 0.7) is None


@pytest.mark.parametrize(
    ("said_good", "is_good", "field"),
    [
        (True, True, "num_right_good"),
        (False, False, "num_right_bad"),
        (False, True, "num_false_alarms"),
        (True, False, "num_missed"),
    ],
)
def test_replay_decides_where_a_case_is_counted(said_good: bool, is_good: bool, field: str):
    score = scored(JudgeScore(), said_good=said_good, is_good=is_good)
    assert getattr(score, field) == 1
    assert score.num == 1
    assert score.agreement == float(said_good == is_good)


def test_precision_and_recall_are_those_of_the_bad_calls():
    score = JudgeScore(num_right_good=5, num_right_bad=3, num_false_alarms=1, num_missed=2)
    assert score.precision == 0.75
    assert score.recall == 0.6
    assert score.agreement == 8 / 11


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30), st.integers(0, 30))
def test_scores_of_parts_add_up_to_the_whole(cases: list[tuple[bool, bool]], cut: int):
    def of(part: list[tuple[bool, bool]]) -> dict[str, JudgeScore]:
        score = JudgeScore()
        for said, truth in part:
            score = scored(score, said_good=said, is_good=truth)
        return {"a": score}

    assert summed(of(cases[:cut]), of(cases[cut:])) == of(cases)
