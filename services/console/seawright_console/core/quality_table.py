"""Simulated users beside one another: one row for each, one column for each kind of error."""

from collections.abc import Sequence

from seawright_shared.records.trajectories import UserSpec
from seawright_shared.records.user_quality import (
    COLUMNS,
    ErrorRate,
    UserQuality,
    UserQualityReport,
)

HEADINGS = ("user", "domain", "probes", "passed", "any error", *COLUMNS)


def user_words(user: UserSpec) -> str:
    """Return who it is, in a few words."""
    if user.kind == "model":
        return user.model or "model"
    if not user.slip_rate:
        return "scripted"
    kinds = ", ".join(user.slip_kinds) or "usual slips"
    return f"scripted, {kinds} {user.slip_rate:g}"


def quality_rows(reports: Sequence[UserQualityReport]) -> list[list[str]]:
    """Return one row for each report; rates with their 95 % Wilson intervals."""
    return [_row(report) for report in reports]


def findings_rows(quality: UserQuality) -> list[list[str]]:
    """Return the first errors of each column, as they can be looked up."""
    return [
        [one.column, one.kind, one.episode_id, str(one.message), one.detail]
        for one in quality.findings
    ]


def markdown(reports: Sequence[UserQualityReport]) -> str:
    """Return the table for a document."""
    lines = [HEADINGS, ["---"] * len(HEADINGS), *quality_rows(reports)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _row(report: UserQualityReport) -> list[str]:
    quality, name = report.quality, user_words(report.spec.user)
    if quality is None:
        return [name, report.status.value, *["-"] * (len(HEADINGS) - 2)]
    return [
        name,
        ", ".join(quality.domains),
        str(quality.num_probes),
        str(quality.num_passed),
        rate_words(quality.errors),
        *(rate_words(quality.columns[column]) for column in COLUMNS),
    ]


def rate_words(found: ErrorRate) -> str:
    """Return a rate with its interval and its counts; a dash where there was no chance."""
    if found.rate is None or found.low is None or found.high is None:
        return "-"
    return f"{found.rate:.1%} [{found.low:.1%}, {found.high:.1%}] ({found.num_errors}/{found.num})"
