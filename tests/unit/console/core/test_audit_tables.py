from html.parser import HTMLParser

from seawright_console.adapters.jinja_pages import Pages
from seawright_console.core.audit_markdown import markdown_of
from seawright_console.core.audit_tables import (
    MOST_FINDINGS,
    MOST_IN_ROW,
    agent_table,
    code_table,
    kill_table,
    listed,
    page_of,
)
from seawright_console.core.audit_words import AGENTS, CODES, MUTANTS
from seawright_shared.records.audits import (
    AgentTotal,
    AuditedTask,
    AuditFinding,
    AuditPatch,
    AuditReport,
    CodeTotal,
    Severity,
)
from seawright_shared.records.checkers import KillRow
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.json_patches import JsonPatchOp

HOSTILE = "<script>alert(1)</script> | [x](javascript:y) `*_ \\\n# head"


def finding(code: str = "write-refused", **changed: object) -> AuditFinding:
    plain = AuditFinding(
        code=code, severity="error", pointer="/0/id", detail="refused", task_id="t0"
    )
    return plain.model_copy(update=changed)


def report(*findings: AuditFinding, kills: list[KillRow] | None = None) -> AuditReport:
    codes: dict[str, Severity] = {each.code: each.severity for each in findings}
    return AuditReport(
        domain="retail",
        database=DatabaseRef(domain="retail", source="tau2"),
        tasks_hash="ab" * 32,
        num_tasks=3,
        num_audited=2,
        codes=[
            CodeTotal(code=code, severity=severity, num_findings=len(findings), num_tasks=1)
            for code, severity in codes.items()
        ],
        agents=[
            AgentTotal(
                agent="noop",
                num_passed=2,
                num_certain=1,
                task_ids=["a", "b"],
                judged_task_ids=["b"],
            )
        ],
        num_default_basis=1,
        kills=kills or [],
        num_gold_failing=0,
        set_findings=[],
        tasks=[AuditedTask(index=0, task_id="t0", is_audited=True, findings=list(findings))],
    )


def test_the_totals_say_how_often_and_what_it_means():
    assert code_table(report(finding())).rows == [
        ["error", "write-refused", "1", "1", CODES["write-refused"]]
    ]
    assert agent_table(report()).rows == [["noop", "2 of 2", "1", "1", AGENTS["noop"]]]


def test_a_kill_rate_is_of_mutants_and_there_is_none_of_none():
    rows = [
        KillRow(operator="drop_write", mutants=8, killed=6, equivalent=1),
        KillRow(operator="wrong_order", mutants=0, killed=0, equivalent=2),
    ]
    assert kill_table(report(kills=rows)).rows == [
        ["drop_write", "8", "6", "75.0%", "1", MUTANTS["drop_write"]],
        ["wrong_order", "0", "0", "-", "2", MUTANTS["wrong_order"]],
    ]


def test_a_finding_is_listed_with_its_place_and_its_repair():
    operation = JsonPatchOp(op="replace", path="/0/id", value="x")
    patch = AuditPatch(operations=[operation], effect="gold passes")
    page = page_of(report(finding(patch=patch, is_heuristic=True)), "Audit", {"made": "today"})
    assert page.facts["made"] == "today"
    assert page.facts["tasks"] == "3, of which 2 could be audited"
    assert page.findings[0].rows == [
        ["t0", "/0/id", "refused (heuristic)", "replace 'x' at /id: gold passes"]
    ]


def test_findings_that_say_the_same_of_every_task_list_its_tasks_only():
    page = page_of(report(finding("noop-passes"), finding("noop-passes", task_id="t1")), "A", {})
    assert page.findings[0].rows == [["t0, t1"]]


def test_long_lists_are_cut_and_say_so():
    assert listed(["a"] * MOST_IN_ROW).count("a") == MOST_IN_ROW
    assert listed([str(each) for each in range(MOST_IN_ROW + 3)]).endswith(" and 3 more")
    many = page_of(report(*[finding()] * (MOST_FINDINGS + 1)), "A", {}).findings[0]
    assert len(many.rows) == MOST_FINDINGS
    assert "first 200 are shown" in many.note


def test_a_task_files_texts_stay_texts_in_markdown():
    page = page_of(report(finding(detail=HOSTILE, task_id="a|b")), HOSTILE, {})
    text = markdown_of(page)
    assert "<script>" not in text
    (row,) = [line for line in text.splitlines() if "/0/id" in line]
    assert row.replace("\\|", "").count("|") == 5
    assert not [line for line in text.splitlines() if line.startswith("# head")]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


def test_the_html_report_is_one_file_that_loads_and_runs_nothing():
    page = page_of(report(finding(detail=HOSTILE)), HOSTILE, {"made": HOSTILE})
    html = Pages().render("audit.html", page=page)
    tags = Tags()
    tags.feed(html)
    assert {"table", "details"} <= tags.seen
    assert not {"script", "img", "link", "iframe"} & tags.seen
    assert "&lt;script&gt;" in html
