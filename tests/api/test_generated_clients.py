"""The generated clients work: both drive a served deployment through a whole small run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest

from seawright_console.cli.embedded import Embedded, embedded
from tests.support.openapi import ROOT, WHOLE, snapshot_path

SPEC = {
    "domain": "retail",
    "database": {"domain": "retail", "seed": 7, "num_customers": 200},
    "num_streams": 1,
    "num_iterations": 1,
    "candidates_per_iteration": 60,
    "agent": {"kind": "scripted", "slip_rate": 0.1},
    "user": {"kind": "scripted"},
    "seed": 7,
}
PYTHON = """
import json, os
import httpx
from seawright_client import Client, ProblemError

spec = json.loads(os.environ["SPEC"])
client = Client(httpx.Client(base_url=os.environ["SEAWRIGHT_URL"], trust_env=False))
run = client.post_orchestrator_synthesis_runs(spec, idempotency_key="python")
again = client.post_orchestrator_synthesis_runs(spec, idempotency_key="python")
path = f"/orchestrator/v1/synthesis-runs/{run['id']}/events"
types = [event["type"] for event in client.follow(path)]
rest = [event["sequence"] for event in client.follow(path, "2")]
done = client.get_orchestrator_synthesis_runs_by_run_id(run["id"])
tasks = client.get_orchestrator_tasks(run_id=run["id"], limit=100)["data"]
try:
    client.post_orchestrator_synthesis_runs(spec | {"num_stream": 1}, idempotency_key="wrong")
    refused = None
except ProblemError as error:
    refused = [error.status, error.problem["errors"][0]["pointer"]]
told = {"same": again["id"] == run["id"], "types": types, "rest": rest, "status": done["status"]}
print(json.dumps(told | {"tasks": len(tasks), "num_tasks": done["num_tasks"], "refused": refused}))
"""
NODE = """
import { Client, ProblemError } from "./seawright.js";

const spec = JSON.parse(process.env.SPEC);
const client = new Client(process.env.SEAWRIGHT_URL + "/");
const key = { idempotency_key: "node" };
const run = await client.postOrchestratorSynthesisRuns(spec, key);
const again = await client.postOrchestratorSynthesisRuns(spec, key);
const path = `/orchestrator/v1/synthesis-runs/${run.id}/events`;
const types = [], rest = [];
for await (const event of client.follow(path)) types.push(event.type);
for await (const event of client.follow(path, 2)) rest.push(event.sequence);
const done = await client.getOrchestratorSynthesisRunsByRunId(run.id);
const tasks = (await client.getOrchestratorTasks({ run_id: run.id, limit: 100 })).data;
let refused = null;
try {
  await client.postOrchestratorSynthesisRuns({ ...spec, num_stream: 1 }, { idempotency_key: "wrong" });
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  refused = [error.status, error.problem.errors[0].pointer];
}
console.log(JSON.stringify({ same: again.id === run.id, types, rest, status: done.status,
  tasks: tasks.length, num_tasks: done.num_tasks, refused }));
"""


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clients")
    words = [sys.executable, "-m", "deploy.clients.write", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True)
    return folder


@pytest.fixture
async def running(tmp_path: Path) -> AsyncGenerator[Embedded]:
    async with embedded(tmp_path / "state", "127.0.0.1", 0) as up:
        yield up


async def drive(url: str, words: list[str], folder: Path) -> dict[str, object]:
    """Run a client's program and return what it tells."""
    known = {"SEAWRIGHT_URL": url, "SPEC": json.dumps(SPEC), "NO_PROXY": "*"}
    done = await anyio.run_process(
        words, cwd=folder, env=os.environ | known, stderr=subprocess.STDOUT, check=False
    )
    assert done.returncode == 0, done.stdout.decode()
    return json.loads(done.stdout)


def check(told: dict[str, object]) -> None:
    types = told.pop("types")
    assert isinstance(types, list)
    assert (types[0], types[-1]) == ("run.created", "run.succeeded")
    assert told.pop("rest") == list(range(3, len(types) + 1))
    num_tasks = told.pop("num_tasks")
    assert isinstance(num_tasks, int)
    assert num_tasks > 0
    assert told == {
        "same": True,
        "status": "succeeded",
        "tasks": num_tasks,
        "refused": [422, "/num_stream"],
    }


@pytest.mark.slow
async def test_each_client_drives_a_run_to_its_end(running: Embedded, clients: Path):
    check(await drive(running.url, [sys.executable, "-c", PYTHON], clients / "python"))
    words = ["node", "--input-type=module", "--eval", NODE]
    check(await drive(running.url, words, clients / "typescript"))


def test_both_clients_have_every_operation_and_every_type(clients: Path):
    document = json.loads(snapshot_path(WHOLE).read_text())
    module = (clients / "python" / "seawright_client.py").read_text()
    declared = (clients / "typescript" / "seawright.d.ts").read_text()
    routes = [
        f"{method.upper()} {path}" for path, told in document["paths"].items() for method in told
    ]
    assert len(routes) > 100
    assert [each for each in routes if f': {each}."""\n' not in module] == []
    assert [each for each in routes if f": {each} */\n" not in declared] == []
    methods = re.findall(r"^    def (\w+)\(", module, re.MULTILINE)
    assert sorted({*methods} & {"__init__", "_call", "follow"}) == ["__init__", "_call", "follow"]
    assert len(set(methods)) == len(routes) + 3
    types = {re.sub(r"\W", "_", name) for name in document["components"]["schemas"]}
    assert types <= set(re.findall(r"^export type (\w+) =", declared, re.MULTILINE))
    assert types <= set(re.findall(r"^(\w+)(?:: TypeAlias)? = ", module, re.MULTILINE))


def test_the_python_clients_types_resolve(clients: Path):
    line = (
        "import typing, seawright_client as c\n"
        "from typing import get_type_hints as hints\n"
        "found = [v for v in vars(c).values() if typing.is_typeddict(v) and v.__module__ == c.__name__]\n"
        "assert len(found) > 100\n"
        "[hints(each) for each in found]"
    )
    done = subprocess.run(
        [sys.executable, "-c", line],
        cwd=clients / "python",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
