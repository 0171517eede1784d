"""The benchmarks' runner keeps what it can, says what failed, and states targets rightly."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.deploy.manifests import ROOT

BENCH = ROOT / "deploy" / "bench"
GOOD = 'print("a table"); print(\'{"a": {"seconds": 0.5, "is_met": true}, "num": 3}\')'


def shared(name: str) -> ModuleType:
    """Return a module of the benchmarks' own, which are scripts and no package."""
    spec = importlib.util.spec_from_file_location(
        f"bench_{name}", BENCH / "measuring" / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the runner beside benchmarks of which only one is well."""
    shutil.copy(BENCH / "run.py", tmp_path)
    shutil.copytree(BENCH / "measuring", tmp_path / "measuring")
    (tmp_path / "broken.py").write_text("raise SystemExit(3)")
    (tmp_path / "talks.py").write_text('print("no figures")')
    (tmp_path / "well.py").write_text(GOOD)
    return tmp_path


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "run.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_failing_bench_stops_no_other_and_fails_the_run(folder: Path):
    done = run(folder, "--out", str(folder / "kept" / "x-bench.json"))
    kept = json.loads((folder / "kept" / "x-bench.json").read_text())
    assert done.returncode == 1
    assert kept["failures"] == {
        "broken": "exit status 3",
        "talks": "its last line is no JSON object",
    }
    assert kept["results"] == {"well": {"a": {"seconds": 0.5, "is_met": True}, "num": 3}}
    assert list(kept["seconds"]) == ["broken", "talks", "well"]
    assert len(kept["load_before"]) == len(kept["load_after"]) == 3


def test_the_summary_beside_it_has_a_table_of_each_bench_and_names_failures(folder: Path):
    run(folder, "--out", str(folder / "x-bench.json"))
    text = (folder / "x-bench.md").read_text()
    assert "Failed: exit status 3." in text
    assert "| measure | seconds | is_met |\n|---|---|---|\n| a | 0.5 | yes |" in text
    assert "| num | 3 |" in text


def test_a_run_whose_benches_are_well_succeeds_and_keeps_nothing_unasked(folder: Path):
    before = set(folder.rglob("*.json"))
    assert run(folder, "well").returncode == 0
    assert set(folder.rglob("*.json")) == before


def test_a_summary_of_lists_of_objects_has_a_row_each():
    lines = list(shared("summary").tables_of({"runs": [{"n": 1, "gain": {"low": 0.5}}, {"n": 2}]}))
    assert "| runs 1 | 1 | 0.5 |" in lines
    assert any(line.startswith("| runs 2 | 2 |") for line in lines)


@pytest.mark.parametrize(
    ("bounds", "is_met"),
    [
        ({}, None),
        ({"peer_seconds": 10.0, "min_ratio": 10.0}, True),
        ({"peer_seconds": 10.0, "min_ratio": 10.1}, False),
        ({"min_ratio": 1.0}, False),
        ({"max_seconds": 1.1}, True),
        ({"max_seconds": 1.0}, False),
        ({"growth": 2.0, "max_growth": 2.0}, True),
        ({"growth": 2.1, "max_growth": 2.0}, False),
        ({"growth": 1.0, "max_growth": 2.0, "max_seconds": 0.5}, False),
    ],
)
def test_a_row_meets_its_target_only_where_every_bound_holds(
    bounds: dict[str, float], is_met: bool | None
):
    row = shared("rows").Row(name="x", seconds=1.0, **bounds)
    assert row.is_met is is_met
    assert row.as_json().get("is_met") is is_met


def test_what_takes_long_is_left_out_and_exists():
    spec = importlib.util.spec_from_file_location("bench_run", BENCH / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(BENCH))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCH))
    scripts = {path.stem for path in BENCH.glob("*.py")} - {"run"}
    assert scripts > module.LONG
    assert set(module.names()) == scripts - module.LONG


def test_what_vllms_own_counters_say_of_its_cache_is_a_share_of_the_prompts_between_two_readings():
    vllm = shared("real_vllm")
    text = (
        "# HELP vllm:prefix_cache_queries_total Looked up.\n"
        'vllm:external_prefix_cache_queries_total{engine="0"} 7.0\n'
        'vllm:prefix_cache_queries_total{engine="0",model_name="m"} 1500.0\n'
        'vllm:prefix_cache_queries_total{engine="1",model_name="m"} 500.0\n'
        'vllm:prefix_cache_hits_total{engine="0",model_name="m"} 1.2e+03\n'
    )
    after = {name: vllm.counted(text, name) for name in (vllm.QUERIED, vllm.FOUND)}
    assert after == {vllm.QUERIED: 2000.0, vllm.FOUND: 1200.0}
    assert vllm.share_found({vllm.QUERIED: 1000.0, vllm.FOUND: 300.0}, after) == 0.9
    with pytest.raises(AssertionError, match="no prompt was looked up"):
        vllm.share_found(after, after)
    with pytest.raises(AssertionError, match="tells no vllm:generation_tokens_total"):
        vllm.counted(text, vllm.DRAWN)
