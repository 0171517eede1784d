"""Plans, their differences and rejects as lines and rows that people read."""

from collections import Counter
from collections.abc import Sequence

from seawright_console.core.figures import rule_text
from seawright_shared.contracts.orchestrator import PlanDiff, PlanVersion, RejectedDraft

MOST_CHARACTERS = 160


def version_rows(versions: Sequence[PlanVersion]) -> list[list[str]]:
    """Return one row per version: rules, what it changed, predicted and observed yield."""
    rows: list[list[str]] = []
    for each in versions:
        active = sum(rule.status == "active" for rule in each.plan.rules)
        made = each.reflection
        seen = [report.yield_share for report in each.iterations]
        rows.append(
            [
                f"v{each.version}",
                str(active),
                f"+{len(made.diff.added)} -{len(made.diff.retired)}" if made else "first",
                made.origin if made else "",
                f"{made.predicted_yield:.3f}" if made else "-",
                " ".join(f"{share:.3f}" for share in seen) or "-",
                {True: "kept", False: "rolled back", None: "-"}[made.accepted if made else None],
            ]
        )
    return rows


VERSION_COLUMNS = ("version", "rules", "change", "by", "predicted", "observed", "outcome")


def diff_lines(diff: PlanDiff) -> list[str]:
    """Return what differs between two versions, one line each, `+` and `-` in front of rules."""
    lines = [f"v{diff.first} to v{diff.last}"]
    for sign, rules in (
        ("+", diff.added),
        ("-", diff.removed),
        ("retired", diff.retired),
        ("revived", diff.revived),
    ):
        lines += [
            f"{sign} {rule_text(rule)}  [{rule.cause}; support {rule.support}]" for rule in rules
        ]
    lines += [
        f"~ {path}: {before} to {after}" for path, (before, after) in sorted(diff.changed.items())
    ]
    return lines if len(lines) > 1 else [*lines, "nothing differs"]


def reject_rows(rejects: Sequence[RejectedDraft]) -> list[list[str]]:
    """Return one row per rejected draft."""
    return [
        [
            each.draft_id,
            str(each.iteration),
            ", ".join(each.goal_types),
            each.verdict.stage,
            each.verdict.failure_class,
            _cut(each.verdict.rationale),
        ]
        for each in rejects
    ]


REJECT_COLUMNS = ("draft", "iteration", "goals", "stage", "class", "why")


def cause_rows(rejects: Sequence[RejectedDraft]) -> list[list[str]]:
    """Return how many drafts each stage stopped for each class, most frequent first."""
    counts = Counter((each.verdict.stage, each.verdict.failure_class) for each in rejects)
    return [
        [stage, cause, str(count)]
        for (stage, cause), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def is_wanted(reject: RejectedDraft, stage: str | None, cause: str | None) -> bool:
    """Whether a reject was stopped at this stage, by a class that holds these words."""
    verdict = reject.verdict
    return (stage is None or verdict.stage == stage) and (
        cause is None or cause.lower() in verdict.failure_class.lower()
    )


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 3] + "..."
