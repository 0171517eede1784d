from datetime import UTC, datetime

import pytest

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_shared.records.trajectories import UserSpec
from seawright_shared.records.user_quality import (
    ErrorRate,
    UserQuality,
    UserQualityReport,
    UserQualitySpec,
)
from seawright_trainer.core.user_gate import check_user

MODEL = UserSpec(kind="model", model="u")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def spec(user: UserSpec = MODEL, **changes: object) -> TrainingSpec:
    plain = {"kind": "grpo", "dataset_id": "ds", "num_steps": 1, "user": user, **changes}
    return TrainingSpec.model_validate({"model": ModelSpec(uri="m", name="m"), **plain})


def report(num_errors: int, num: int) -> UserQualityReport:
    errors = ErrorRate(num=num, num_errors=num_errors, rate=num_errors / num if num else None)
    return UserQualityReport(
        id="uqr_1",
        status=JobStatus.SUCCEEDED,
        created_at=NOW,
        updated_at=NOW,
        spec=UserQualitySpec(user=MODEL, database=DatabaseRef(domain="retail")),
        quality=UserQuality(num_probes=num, num_passed=num, errors=errors, columns={}),
    )


@pytest.mark.parametrize(
    "harmless", [spec(UserSpec()), spec(UserSpec(slip_rate=0.5)), spec(kind="sft", role="user")]
)
def test_a_run_that_no_model_user_can_spoil_needs_no_report(harmless: TrainingSpec):
    assert check_user(harmless, None).decision == "not_needed"


@pytest.mark.parametrize(("num_errors", "num", "limit"), [(5, 100, 0.05), (0, 50, 0.0)])
def test_a_user_at_the_threshold_passes(num_errors: int, num: int, limit: float):
    check = check_user(spec(max_user_error=limit), report(num_errors, num))
    assert (check.decision, check.report_id) == ("passed", "uqr_1")


@pytest.mark.parametrize(
    "found", [None, report(6, 100), report(0, 49), report(0, 0)], ids=["none", "over", "few", "no"]
)
def test_a_user_who_errs_or_was_not_measured_is_refused_unless_somebody_says_why(
    found: UserQualityReport | None,
):
    with pytest.raises(InvalidRequestError) as caught:
        check_user(spec(), found)
    assert [error.pointer for error in caught.value.errors] == ["/user/model"]
    check = check_user(spec(user_error_override="a smoke test"), found)
    assert check.decision == "overridden"
    assert check.why.startswith("a smoke test (else: ")


def test_an_override_of_a_good_user_is_none():
    check = check_user(spec(user_error_override="in haste"), report(0, 60))
    assert check.decision == "passed"
