"""House rules that no linter knows (STYLE: names, sizes, imports, dead fields)."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_settings import BaseSettings

from tests.architecture.tree import PACKAGES, ROOT, parsed, source_modules, tracked_files

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "impl"}
LONGEST_MODULE = 300
LONGEST_FUNCTION = 80
FRAMEWORK_TYPES = {"shared/seawright_shared/web/openapi.py:described"}
"""Functions that replace a framework's own, whose type has `Any`."""


def names_of(path: Path) -> set[str]:
    return set(re.split(r"[_.]", path.stem)) | set(path.relative_to(ROOT).parts[:-1])


def test_no_module_or_folder_has_a_name_that_says_nothing():
    offenders = [path for path in source_modules() if names_of(path) & FORBIDDEN]
    assert len(source_modules()) > 100
    assert offenders == []


def test_no_module_is_longer_than_a_newcomer_reads():
    lengths = {path: len(path.read_text().splitlines()) for path in source_modules()}
    assert {path: n for path, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_screen_and_a_half():
    found = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno
        for path in source_modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
        if "migrations" not in path.parts
    }
    assert {name: n for name, n in found.items() if n > LONGEST_FUNCTION} == {}


def test_signatures_name_their_types():
    def annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        return [a for a in [node.returns, *(x.annotation for x in arguments)] if a]

    offenders = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in source_modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for annotation in annotations(node)
        if any(isinstance(n, ast.Name) and n.id == "Any" for n in ast.walk(annotation))
    ]
    assert set(offenders) == FRAMEWORK_TYPES


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("seawright_shared.records.specs", {"fastapi", "httpx", "torch", "sqlalchemy", "numpy"}),
        ("seawright_shared.contracts.trainer", {"fastapi", "httpx", "torch", "sqlalchemy"}),
        *((f"seawright_{name}.settings", {"torch", "transformers"}) for name in PACKAGES[:5]),
        ("seawright_console.app", {"torch", "transformers", "sqlalchemy"}),
    ],
)
def test_importing_it_loads_nothing_heavy(module: str, heavy: set[str]):
    script = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert module in done.stdout.split()
    assert heavy & set(done.stdout.split()) == set()


def attributes_read() -> set[str]:
    return {
        node.attr
        for path in source_modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def settings_and_specs() -> list[type[BaseModel]]:
    import importlib

    from seawright_shared.records import specs

    settings: list[type[BaseModel]] = [
        importlib.import_module(f"seawright_{name}.settings").Settings for name in PACKAGES[:5]
    ]
    assert all(issubclass(s, BaseSettings) for s in settings)
    own = [
        v for v in vars(specs).values() if isinstance(v, type) and v.__module__ == specs.__name__
    ]
    return settings + own


def test_every_setting_and_spec_field_is_read_somewhere():
    read = attributes_read()
    dead = {
        f"{model.__module__}.{model.__name__}.{field}"
        for model in settings_and_specs()
        for field in model.model_fields
        if field not in read
    }
    assert dead == set()


def test_contracts_between_packages_are_kept():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_tracked_file_names_this_machine_or_a_package_index():
    pattern = re.compile(
        r"(^|[^A-Za-z0-9_.])/(w[o]rk|f[a]rm)/|index[-_]url *[= ]|\"resolved\": *\"https?:"
    )
    offenders = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_files()
        if path.suffix not in {".safetensors", ".png", ".svg", ".woff2"}
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if pattern.search(line)
    ]
    assert offenders == []


def test_no_private_function_is_copied_between_modules():
    seen: dict[str, str] = {}
    copies: list[tuple[str, str]] = []
    for path in source_modules():
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or len(node.body) < 4:
                continue
            where = f"{path.relative_to(ROOT)}:{node.name}"
            body = "\n".join(ast.unparse(statement) for statement in node.body)
            if body in seen:
                copies.append((seen[body], where))
            seen[body] = where
    assert copies == []
