"""Revisions only add what older code does not miss, so that a release can be taken back."""

import ast
from pathlib import Path

import pytest

import seawright_orchestrator.migrations.upgrade as orchestrator
import seawright_trainer.migrations.upgrade as trainer

FOLDERS = {"orchestrator": orchestrator.FOLDER, "trainer": trainer.FOLDER}
ADDS = {
    "create_table",
    "create_index",
    "add_column",
    "get_bind",
    "f",
    "execute",
    "batch_alter_table",
}
"""What may be done to tables; `execute` fills what was added, and is looked at."""


def revisions() -> list[Path]:
    found = [path for folder in FOLDERS.values() for path in (folder / "versions").glob("*.py")]
    return [path for path in found if path.name != "__init__.py"]


def number(path: Path) -> tuple[str, str | None]:
    """Return (revision, the one before)."""
    values: dict[str, object] = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = ast.literal_eval(node.value)
    before = values["down_revision"]
    return str(values["revision"]), None if before is None else str(before)


def upward(path: Path) -> list[ast.Call]:
    """Return the calls of alembic's operations that an upgrade makes."""
    functions = [
        node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name != "downgrade"
    ]
    return [
        call
        for function in functions
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"op", "batch"}
    ]


def allowed(call: ast.Call) -> bool:
    """Whether older code does not notice the change."""
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if name not in ADDS:
        return False
    if name == "execute":
        return not any(
            word in ast.unparse(call).upper() for word in ("DROP", "RENAME", "ALTER", "DELETE")
        )
    if name != "add_column":
        return True
    # Older code writes rows without the new column.
    text = ast.unparse(call)
    return "nullable=False" not in text or "server_default" in text


@pytest.mark.parametrize("path", revisions(), ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_a_revision_only_adds(path: Path):
    calls = upward(path)
    assert calls
    assert [ast.unparse(call)[:100] for call in calls if not allowed(call)] == []


@pytest.mark.parametrize("service", FOLDERS)
def test_revisions_are_numbered_without_holes_in_one_line(service: str):
    """Readiness compares numbers: a database that is ahead is well."""
    found = sorted(
        number(path)
        for path in (FOLDERS[service] / "versions").glob("*.py")
        if path.name != "__init__.py"
    )
    assert [revision for revision, _ in found] == [f"{n:04}" for n in range(1, len(found) + 1)]
    assert [before for _, before in found] == [None, *(revision for revision, _ in found[:-1])]


@pytest.mark.parametrize(
    "line",
    [
        "op.drop_column('jobs', 'kind')",
        "op.alter_column('jobs', 'kind', nullable=False)",
        "op.rename_table('jobs', 'tasks')",
        "op.add_column('jobs', sa.Column('size', sa.Integer(), nullable=False))",
        "op.execute('DELETE FROM jobs')",
    ],
)
def test_the_rule_refuses_what_older_code_would_miss(line: str):
    call = ast.parse(line).body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert not allowed(call.value)
