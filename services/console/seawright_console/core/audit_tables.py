"""An audit as tables of texts, for the terminal and for both kinds of report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seawright_console.core.audit_words import AGENTS, CODES, LIMITS, MUTANTS
from seawright_shared.records.audits import AuditFinding, AuditReport

MOST_IN_ROW = 60
"""Task ids that one cell lists."""
MOST_FINDINGS = 200
"""Findings of one class that a report lists."""
COUNTED_ONLY = frozenset(
    {
        "assertion-met-at-start",
        "basis-without-criteria",
        "criterion-not-scored",
        "needs-judge",
        "state-not-compared",
        "noop-passes",
        "refusal-passes",
        "transfer-passes",
        "script-passes",
    }
)
"""Classes whose findings say the same of each task: a report lists their tasks only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A titled table; `note` is read below the title."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """All that a written report shows."""

    title: str
    facts: Mapping[str, str]
    tables: Sequence[TextTable]
    findings: Sequence[TextTable]
    limits: Sequence[str] = field(default=LIMITS)


def page_of(report: AuditReport, title: str, facts: Mapping[str, str]) -> AuditPage:
    """Return the whole report."""
    tables = [code_table(report), agent_table(report), kill_table(report)]
    return AuditPage(
        title=title,
        facts={**_facts(report), **facts},
        tables=[table for table in tables if table.rows],
        findings=_finding_tables(report),
    )


def _facts(report: AuditReport) -> dict[str, str]:
    ref = report.database
    database = "given with the tasks"
    if ref is not None:
        database = "tau2-bench's own" if ref.source == "tau2" else f"generated, seed {ref.seed}"
    return {
        "domain": report.domain,
        "database": database,
        "tasks": f"{report.num_tasks}, of which {report.num_audited} could be audited",
        "task set": f"sha256 {report.tasks_hash}",
    }


def code_table(report: AuditReport) -> TextTable:
    """Return the classes of findings with their counts."""
    rows = [
        [
            total.severity,
            total.code,
            str(total.num_findings),
            str(total.num_tasks),
            CODES.get(total.code, ""),
        ]
        for total in report.codes
    ]
    columns = ["severity", "class", "findings", "tasks", "meaning"]
    return TextTable(title="Findings by class", columns=columns, rows=rows)


def agent_table(report: AuditReport) -> TextTable:
    """Return how often agents that ignore the task are rewarded."""
    rows = [
        [
            total.agent,
            f"{total.num_passed} of {report.num_audited}",
            str(total.num_certain),
            str(total.num_passed - total.num_certain),
            AGENTS[total.agent],
        ]
        for total in report.agents
    ]
    note = (
        "Rewarded: every component that code can compute is met. Where the basis has assertions "
        "in natural language, a judge may still fail the episode: those are in the last column. "
        f"Under tau2-bench's default basis, DB and COMMUNICATE, the agent that does nothing would "
        f"be rewarded in {report.num_default_basis} tasks."
    )
    columns = ["agent", "rewarded", "for certain", "unless a judge objects", "what it does"]
    return TextTable(title="Agents that ignore the task", columns=columns, rows=rows, note=note)


def kill_table(report: AuditReport) -> TextTable:
    """Return the kill matrix of tau2-bench's evaluation."""
    rows = [
        [
            row.operator,
            str(row.mutants),
            str(row.killed),
            f"{row.killed / row.mutants:.1%}" if row.mutants else "-",
            str(row.equivalent),
            MUTANTS.get(row.operator, ""),
        ]
        for row in report.kills
    ]
    skipped = report.num_gold_failing
    note = f"Mutants of {skipped} tasks whose own gold fails are not counted." if skipped else ""
    columns = ["wrong in", "mutants", "killed", "kill rate", "equal to gold", "how"]
    return TextTable(
        title="How many wrong episodes the checkers fail", columns=columns, rows=rows, note=note
    )


def _finding_tables(report: AuditReport) -> list[TextTable]:
    found: dict[str, list[AuditFinding]] = {total.code: [] for total in report.codes}
    for finding in [*(f for task in report.tasks for f in task.findings), *report.set_findings]:
        found[finding.code].append(finding)
    return [_finding_table(code, findings) for code, findings in found.items()]


def _finding_table(code: str, findings: Sequence[AuditFinding]) -> TextTable:
    title = f"{code} ({findings[0].severity}): {len(findings)}"
    note = CODES.get(code, "")
    if code in COUNTED_ONLY:
        ids = list(dict.fromkeys(finding.task_id or finding.pointer for finding in findings))
        repaired = [each.patch for each in findings if each.patch]
        if repaired:
            operations = ", ".join(
                f"{each.op} `{each.value}` at `{_within(each.path)}`"
                for each in repaired[0].operations
            )
            note += f" Repair tried and found good for {len(repaired)}: {operations}."
        return TextTable(title=title, columns=["tasks"], rows=[[listed(ids)]], note=note)
    rows = [
        [finding.task_id or "-", finding.pointer, _detail(finding), _repair(finding)]
        for finding in findings[:MOST_FINDINGS]
    ]
    if len(findings) > MOST_FINDINGS:
        note += f" The first {MOST_FINDINGS} are shown."
    return TextTable(
        title=title, columns=["task", "where", "what", "repair (tried)"], rows=rows, note=note
    )


def _within(path: str) -> str:
    """Return a pointer without the task's number."""
    return "/" + "/".join(path.split("/")[2:])


def _detail(finding: AuditFinding) -> str:
    return f"{finding.detail} (heuristic)" if finding.is_heuristic else finding.detail


def _repair(finding: AuditFinding) -> str:
    if finding.patch is None:
        return ""
    operations = "; ".join(
        each.op + (f" {each.value!r}" if each.op != "remove" else "") + f" at {_within(each.path)}"
        for each in finding.patch.operations
    )
    return f"{operations}: {finding.patch.effect}"


def listed(ids: Sequence[str]) -> str:
    """Return ids in one line, cut where they are too many."""
    more = f" and {len(ids) - MOST_IN_ROW} more" if len(ids) > MOST_IN_ROW else ""
    return ", ".join(ids[:MOST_IN_ROW]) + more
