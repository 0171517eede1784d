"""A committee of judges: who may vote, what the majority says, how replay calibrates them."""

from collections.abc import Mapping

from seawright_shared.records.reports import JudgeScore

MIN_CASES = 8
"""Cases after which agreement with replay decides whether a judge may vote."""
LENSES = (
    "whether the records end as the wishes and the policy demand",
    "whether every rule of the policy was kept, step by step",
    "whether the customer was told the truth and got an answer to every wish",
)
"""What the members look at, in turn."""


def may_vote(score: JudgeScore, min_agreement: float) -> bool:
    """Return whether a judge's voice counts: until enough is known, it does."""
    return score.num < MIN_CASES or score.agreement >= min_agreement


def majority(
    votes: Mapping[str, bool], scores: Mapping[str, JudgeScore], min_agreement: float
) -> bool | None:
    """Return what most of those who may vote say; None at a tie, and where nobody may."""
    counted = [
        vote
        for judge, vote in votes.items()
        if may_vote(scores.get(judge, JudgeScore()), min_agreement)
    ]
    num_good = sum(counted)
    if 2 * num_good == len(counted):
        return None
    return 2 * num_good > len(counted)


def scored(score: JudgeScore, *, said_good: bool, is_good: bool) -> JudgeScore:
    """Return the score with one more case, which replay decided."""
    name = {
        (True, True): "num_right_good",
        (False, False): "num_right_bad",
        (False, True): "num_false_alarms",
        (True, False): "num_missed",
    }[said_good, is_good]
    return score.model_copy(update={name: getattr(score, name) + 1})


def summed(
    first: Mapping[str, JudgeScore], second: Mapping[str, JudgeScore]
) -> dict[str, JudgeScore]:
    """Return the scores of both together."""
    total: dict[str, JudgeScore] = {}
    for judge in sorted({*first, *second}):
        one, other = first.get(judge, JudgeScore()), second.get(judge, JudgeScore())
        total[judge] = JudgeScore(
            num_right_good=one.num_right_good + other.num_right_good,
            num_right_bad=one.num_right_bad + other.num_right_bad,
            num_false_alarms=one.num_false_alarms + other.num_false_alarms,
            num_missed=one.num_missed + other.num_missed,
        )
    return total
