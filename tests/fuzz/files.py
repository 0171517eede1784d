"""Files that others wrote: tasks, rows, manifests, specs."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from seawright_console.cli.spec_files import read_table, validated
from seawright_environment.adapters.areal_files import ArealFiles
from seawright_environment.adapters.tau2_files import Tau2Files
from seawright_environment.core.areal_rows import (
    SFT_FILE,
    Cursor,
    Line,
    RlRow,
    SftRow,
    flat_call,
    parsed_line,
    read_as,
    rl_domain,
    sft_domain,
)
from seawright_environment.core.tau2_documents import import_task
from seawright_environment.core.tau2_trajectories import export_run, import_run
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.stores.model_folders import INDEX, weight_files
from seawright_shared.web.json_shape import check_json
from seawright_trainer.adapters.dcp_checkpoints import MANIFEST, newest_whole
from tests.fuzz.bodies import SPEC
from tests.fuzz.target import Target, as_json, parsed

DATABASE = DatabaseRef(domain="retail", seed=5, num_customers=60)


def synthesis_spec(data: bytes) -> None:
    """A run spec in a TOML or JSON file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ("run.json" if data[:1] == b"{" else "run.toml")
        file.write_bytes(data)
        validated(SynthesisSpec, read_table(file))


SPEC_TOML = (
    b'domain = "retail"\nnum_streams = 2\n[database]\ndomain = "retail"\nseed = 5\n'
    b"num_customers = 60\n"
)


# Files of others


def task(data: bytes) -> None:
    """A task document of tau2-bench, as a body brings it."""
    check_json(data)
    value = parsed(data)
    if isinstance(value, dict):
        import_task(value, DATABASE)


def run(data: bytes) -> None:
    """A simulation run of tau2-bench: what is read is written back as it was."""
    check_json(data)
    value = parsed(data)
    if isinstance(value, dict):
        assert export_run(import_run(value)) == value


def tau2_files(data: bytes) -> None:
    """A data folder of tau2-bench."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "domains" / "retail"
        folder.mkdir(parents=True)
        files = Tau2Files(folder=Path(root))
        if data[:1] == b"[":
            (folder / "tasks.json").write_bytes(data)
            files.tasks("retail")
        elif data[:3] == b'{"t':
            (folder / "split_tasks.json").write_bytes(data)
            files.splits("retail")
        else:
            (folder / ("db.json" if data[:1] == b"{" else "db.toml")).write_bytes(data)
            files.database("retail")


def areal_line(data: bytes) -> None:
    """A row of the AReaL data."""
    line = Line(file=SFT_FILE, text=data, end=Cursor(number=1, offset=len(data)))
    row = parsed_line(line)
    if "messages" in row:
        found = read_as(SftRow, line, row)
        sft_domain(line, row)
        for call in found.answer.tool_calls or ():
            flat_call(line, "answer.tool_calls", call)
    else:
        rl_domain(line, read_as(RlRow, line, row))


def areal_folder(data: bytes) -> None:
    """A folder of the AReaL data, read on from a place that a caller names."""
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / SFT_FILE).write_bytes(b"{}\n{}\n")
        after = Cursor.parsed(data.decode("latin-1"))
        list(ArealFiles(folder=Path(root)).sft_lines(after))


def areal_snapshot(data: bytes) -> None:
    """A database of the AReaL data."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "tau2_rl_database"
        folder.mkdir()
        name = "retail.json" if data[:1] == b"{" else "retail.toml"
        (folder / name).write_bytes(data)
        ArealFiles(folder=Path(root)).snapshot(name)


def manifest(data: bytes) -> None:
    """The manifest of a checkpoint: what is not whole is passed over."""
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / MANIFEST).write_bytes(data)
        (Path(root) / "shard").write_bytes(b"shard")
        newest_whole([Path(root)], "s")


def weight_index(data: bytes) -> None:
    """The index of a model folder names files of that folder alone."""
    with tempfile.TemporaryDirectory() as root:
        (Path(root) / "a.safetensors").write_bytes(b"")
        (Path(root) / INDEX).write_bytes(data)
        assert all(file.parent == Path(root) for file in weight_files(Path(root)))


TASK = {
    "id": "1",
    "user_scenario": {
        "persona": None,
        "instructions": {"reason_for_call": "a refund", "known_info": "an id"},
    },
    "initial_state": {
        "initialization_actions": [{"env_type": "user", "func_name": "f", "arguments": {"a": 1}}]
    },
    "evaluation_criteria": {
        "actions": [{"action_id": "a", "name": "g", "arguments": {"b": [1]}}],
        "reward_basis": ["DB"],
    },
}
RUN = {
    "id": "r",
    "task_id": "1",
    "termination_reason": "user_stop",
    "duration": 1.5,
    "seed": 3,
    "messages": [
        {"role": "user", "content": "hello", "turn_idx": 0},
        {"role": "assistant", "tool_calls": [{"id": "c", "name": "g", "arguments": {"b": [1]}}]},
        {"role": "tool", "tool_messages": [{"role": "tool", "id": "c", "content": "{}"}]},
    ],
}
SFT = {
    "messages": [{"role": "user", "content": "hello"}],
    "answer": {
        "role": "assistant",
        "tool_calls": [{"function": {"name": "g", "arguments": '{"b": [1]}'}}],
    },
    "metadata": {
        "source_dialog_id": 1,
        "turn_index": 0,
        "correct": 1,
        "reward": 1.0,
        "scenario_id": "s",
    },
}
RL = {
    "id": "retail_1",
    "db_path": "retail.json",
    "evaluation_criteria": "{}",
    "user_scenario": {"instructions": {"domain": "retail"}},
}
MANIFEST_SEED = {
    "step": 1,
    "attempt": 1,
    "num_applied": 1,
    "world_size": 1,
    "spec_hash": "s",
    "rng_state": "",
    "files": {"shard": "0"},
}

TARGETS: Mapping[str, Target] = {
    "areal_cursor": Target(feed=areal_folder, seeds=[b"1-3", b"0-0"]),
    "areal_line": Target(feed=areal_line, seeds=as_json(SFT, RL)),
    "areal_snapshot": Target(
        feed=areal_snapshot, seeds=[*as_json({"users": {"a": {"b": 1}}}), b"[users.a]\nb = 1\n"]
    ),
    "checkpoint_manifest": Target(feed=manifest, seeds=as_json(MANIFEST_SEED)),
    "spec_file": Target(feed=synthesis_spec, seeds=[*as_json(SPEC), SPEC_TOML]),
    "tau2_files": Target(feed=tau2_files, seeds=as_json({"users": {}}, [TASK], {"test": ["1"]})),
    "tau2_run": Target(feed=run, seeds=as_json(RUN)),
    "tau2_task": Target(feed=task, seeds=as_json(TASK)),
    "weight_index": Target(
        feed=weight_index, seeds=as_json({"weight_map": {"w": "a.safetensors"}})
    ),
}
