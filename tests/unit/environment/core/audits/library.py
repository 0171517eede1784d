"""A small domain of the tests' own, with a user's device, and task documents of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from seawright_environment.core.audits.audit import Auditor
from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.state import Database, State
from seawright_environment.core.toolkits import Tool, ToolKind, Toolkit
from seawright_environment.core.world import Base
from seawright_shared.records.audits import AuditedTask, AuditFinding, AuditReport
from seawright_shared.records.json_patches import apply_patch

DISCS: Any = [
    {"disc_id": "D1", "kind": "first audio disc"},
    {"disc_id": "D2", "kind": "second audio disc"},
    {"disc_id": "D3", "kind": "film"},
]
TABLES: Any = {
    "members": {
        "ann": {"id": "ann", "name": "Ann Lee", "loans": ["L1", "L2", "L3"]},
        "bob": {"id": "bob", "name": "Bob May", "loans": ["L4"]},
    },
    "loans": {
        "L1": {
            "id": "L1",
            "title": "Red Sea",
            "status": "out",
            "days": 3,
            "note": "",
            "discs": DISCS,
        },
        "L2": {"id": "L2", "title": "Red Fox", "status": "out", "days": 5, "note": ""},
        "L3": {"id": "L3", "title": "Blue Sky", "status": "back", "days": 0, "note": ""},
        "L4": {"id": "L4", "title": "Red Sun", "status": "out", "days": 9, "note": ""},
    },
    "user": {"reader": {"light": False, "sound": True}},
}


def _loan(state: State, loan_id: str) -> Any:
    loan = state.find("loans", loan_id)
    if loan is None:
        raise ValueError("Loan not found")
    if loan["status"] != "out":
        raise ValueError("The loan is back")
    return state.own("loans", loan_id)


def renew_loan(state: State, loan_id: str, days: int) -> str:
    loan = _loan(state, loan_id)
    loan["days"] = loan["days"] + days
    return json.dumps(loan)


def close_loan(state: State, loan_id: str) -> str:
    loan = _loan(state, loan_id)
    loan["status"] = "back"
    return json.dumps(loan)


def return_discs(state: State, loan_id: str, disc_ids: list[str]) -> str:
    loan = _loan(state, loan_id)
    loan["discs"] = [disc for disc in loan["discs"] if disc["disc_id"] not in disc_ids]
    return json.dumps(loan)


def show_loan(state: State, loan_id: str) -> str:
    loan = state.find("loans", loan_id)
    if loan is None:
        raise ValueError("Loan not found")
    return json.dumps(loan)


def transfer_to_desk(state: State, summary: str) -> str:
    del state, summary
    return "Transferred"


def toggle_light(state: State) -> str:
    reader = state.own("user", "reader")
    reader["light"] = not reader["light"]
    return "ok"


def toggle_sound(state: State) -> str:
    reader = state.own("user", "reader")
    reader["sound"] = not reader["sound"]
    return "ok"


def tool(run: Any, kind: ToolKind, **parameters: str) -> tuple[str, Tool]:
    schemas: Any = {name: {"type": kind_} for name, kind_ in parameters.items()}
    return run.__name__, Tool(
        name=run.__name__, kind=kind, description="", parameters=schemas, run=run
    )


def is_light(state: State, arguments: Mapping[str, Any]) -> bool:
    reader = state.find("user", "reader")
    assert reader is not None
    return reader["light"] == arguments["is_on"]


def is_returned(state: State, arguments: Mapping[str, Any]) -> bool:
    loan = state.find("loans", arguments["loan_id"])
    assert loan is not None
    if loan["status"] == "out":
        raise ValueError("nothing came back")
    return True


AGENT = dict(
    [
        tool(renew_loan, "write", loan_id="string", days="integer"),
        tool(close_loan, "write", loan_id="string"),
        tool(return_discs, "write", loan_id="string", disc_ids="array"),
        tool(show_loan, "read", loan_id="string"),
        tool(transfer_to_desk, "generic", summary="string"),
    ]
)
USER = dict([tool(toggle_light, "write"), tool(toggle_sound, "write")])
LIBRARY = DomainContent(
    name="library",
    toolkit=Toolkit(label="Desk", tools=AGENT),
    user_toolkit=Toolkit(label="Reader", tools=USER),
    generate=lambda seed, num: TABLES,
    import_tables=lambda document: TABLES,
    domain_policy=lambda: "",
    assertions={"assert_light": is_light, "assert_returned": is_returned},
)
BASE = Base(content=LIBRARY, database=Database(name="library", tables=TABLES, has_text_hash=False))


def action(name: str, *, by: str = "assistant", **arguments: Any) -> dict[str, Any]:
    """Return a golden action."""
    return {"action_id": name, "requestor": by, "name": name, "arguments": arguments}


def task(*actions: dict[str, Any], words: str = "", **criteria: Any) -> dict[str, Any]:
    """Return a task document whose id is made of its words and actions."""
    stated: dict[str, Any] = {"actions": list(actions), "reward_basis": ["DB", "COMMUNICATE"]}
    told = {
        "domain": "library",
        "reason_for_call": words,
        "known_info": "You are ann.",
        "unknown_info": None,
        "task_instructions": "",
    }
    return {
        "id": f"{words}{actions}",
        "user_scenario": {"persona": None, "instructions": told},
        "initial_state": None,
        "evaluation_criteria": {**stated, **criteria},
    }


def audit(tasks: Sequence[Any], *, max_mutants: int = 8) -> AuditReport:
    """Return the report of a set."""
    auditor = Auditor(base=BASE, author=None, max_mutants=max_mutants, watch=lambda done, of: None)
    return auditor.audit(tasks, None)


def audit_one(document: Any) -> AuditedTask:
    """Return the part of a set of one."""
    return audit([document]).tasks[0]


def codes(part: AuditedTask | AuditReport) -> list[str]:
    """Return the classes of what was found."""
    return [finding.code for finding in findings(part)]


def findings(part: AuditedTask | AuditReport) -> list[AuditFinding]:
    """Return all findings."""
    if isinstance(part, AuditedTask):
        return part.findings
    return [*(f for each in part.tasks for f in each.findings), *part.set_findings]


def the(part: AuditedTask | AuditReport, code: str) -> AuditFinding:
    """Return the one finding of a class."""
    found = [finding for finding in findings(part) if finding.code == code]
    assert len(found) == 1, codes(part)
    return found[0]


def kills(part: AuditedTask | AuditReport) -> dict[str, tuple[int, int]]:
    """Return mutants and killed ones by class."""
    return {row.operator: (row.mutants, row.killed) for row in part.kills}


def repaired(document: Any, finding: AuditFinding) -> Any:
    """Return the document with the finding's repair."""
    assert finding.patch is not None
    tasks = json.loads(json.dumps([document]))
    apply_patch(tasks, finding.patch.operations)
    return tasks[0]
