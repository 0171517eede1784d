"""Whether RL may start with a user: one that errs too often teaches the agent his errors."""

from dataclasses import dataclass
from typing import Literal, Protocol

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.specs import TrainingSpec
from seawright_shared.records.user_quality import UserQualityReport

MIN_PROBES = 50
"""Fewer tell nothing: none of ten may err by luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCheck:
    """What is recorded on the run."""

    decision: Literal["not_needed", "passed", "overridden"]
    why: str
    report_id: str | None = None
    error_rate: float | None = None


class UserReports(Protocol):
    """Where the measures of user models are."""

    async def newest(self, model: str, dataset_id: str) -> UserQualityReport | None:
        """Return the newest finished report of a user model on the domain of a dataset."""
        ...


class NoReports:
    """Nothing was ever measured."""

    async def newest(self, model: str, dataset_id: str) -> UserQualityReport | None:
        """Return nothing."""


def needs_check(spec: TrainingSpec) -> bool:
    """Return whether the user's errors could reach a reward: the scripted user follows his part."""
    return spec.kind == "grpo" and spec.user.kind == "model"


def check_user(spec: TrainingSpec, report: UserQualityReport | None) -> UserCheck:
    """Return the check that the run keeps, or raise `InvalidRequestError` saying what to do."""
    if not needs_check(spec):
        return UserCheck(decision="not_needed", why="no model plays the user")
    objection = _objection(spec, report)
    report_id = None if report is None else report.id
    quality = None if report is None else report.quality
    found = None if quality is None else quality.errors.rate
    if objection is None:
        why = f"at most {spec.max_user_error:.1%} of probes with an error"
        return UserCheck(decision="passed", why=why, report_id=report_id, error_rate=found)
    if spec.user_error_override:
        why = f"{spec.user_error_override} (else: {objection})"
        return UserCheck(decision="overridden", why=why, report_id=report_id, error_rate=found)
    detail = (
        f"{objection}; measure it by POST /v1/user-quality-reports, or give user_error_override"
        " a reason to start all the same"
    )
    error = FieldError(pointer="/user/model", code="user-errors", detail=detail)
    raise InvalidRequestError(detail, errors=[error])


def _objection(spec: TrainingSpec, report: UserQualityReport | None) -> str | None:
    name = spec.user.model or "the user model"
    if report is None or report.quality is None:
        return f"no report tells how often {name} errs on this domain"
    errors = report.quality.errors
    if errors.rate is None or errors.num < MIN_PROBES:
        return f"report {report.id} has {errors.num} probes of {name}, and {MIN_PROBES} are needed"
    if errors.rate > spec.max_user_error:
        return (
            f"{name} erred in {errors.rate:.1%} of {errors.num} probes (report {report.id}), and "
            f"max_user_error is {spec.max_user_error:.1%}"
        )
    return None
