"""`seawright train promote` and `train export` before a trainer that knows one run."""

import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_console.cli.outcome import FAILED, INVALID
from seawright_shared.contracts.trainer import CheckpointChoice, ExportedModel
from seawright_shared.records.rollouts import PolicyVersion

RUNS = "/trainer/v1/training-runs"
SHA = "sha256:" + "a" * 64
NEWEST = 40


def made(verb: str, step: int) -> str:
    """Return the trainer's answer about a checkpoint of its one run."""
    uri = f"file:///models/{verb}-{step}"
    if verb == "export":
        return ExportedModel(
            training_run_id="trun_1", step=step, uri=uri, sha256=SHA
        ).model_dump_json()
    return PolicyVersion(model="agent", version=7, uri=uri, sha256=SHA).model_dump_json()


def problem(status: int, code: str, detail: str) -> tuple[int, str]:
    plain = {"code": code, "title": code, "detail": detail, "status": status}
    return status, json.dumps(plain)


def answer(path: str, body: bytes) -> tuple[int, str]:
    """Return status and document: checkpoints are at 20 and 40; trun_2 is at work."""
    run_id, _, verb = path.removeprefix(f"{RUNS}/").partition("/")
    step = CheckpointChoice.model_validate_json(body).step or NEWEST
    if run_id == "trun_2":
        return problem(409, "conflict", "a run that is running publishes by itself: pause it first")
    if run_id != "trun_1":
        return problem(404, "not-found", f"no training run {run_id}")
    if step not in (20, NEWEST):
        return problem(404, "not-found", f"trun_1 keeps no checkpoint of step {step}")
    return 200, made(verb, step)


@pytest.fixture(scope="module")
def url() -> Generator[str]:
    class Trainer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"]))
            status, body = answer(self.path, sent)
            self.send_response(status)
            kind = "application/json" if status == 200 else "application/problem+json"
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Trainer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def said(url: str, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(command_line(), ["train", *words, "--url", url])
    return done.exit_code, " ".join(done.output.split())


def test_the_newest_checkpoint_is_promoted_unless_a_step_is_named(url: str):
    assert said(url, "promote", "trun_1") == (
        0,
        "agent version 7, from file:///models/promote-40",
    )
    code, output = said(url, "promote", "trun_1", "--step", "20", "--json")
    assert code == 0
    assert json.loads(output)["uri"] == "file:///models/promote-20"


def test_an_export_says_where_it_lies(url: str):
    assert said(url, "export", "trun_1") == (0, "file:///models/export-40")
    code, output = said(url, "export", "trun_1", "--step", "20", "--json")
    assert (code, json.loads(output)["step"]) == (0, 20)


@pytest.mark.parametrize("verb", ["promote", "export"])
@pytest.mark.parametrize(
    ("words", "exit_code", "reason"),
    [
        (["trun_9"], INVALID, "no training run trun_9"),
        (["trun_1", "--step", "30"], INVALID, "no checkpoint of step 30"),
        (["trun_2"], FAILED, "pause it first"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    url: str, verb: str, words: list[str], exit_code: int, reason: str
):
    code, output = said(url, verb, *words)
    assert code == exit_code
    assert reason in output
    assert "Traceback" not in output


def test_a_step_below_one_is_refused_before_anything_is_asked():
    code, output = said("http://127.0.0.1:9", "promote", "trun_1", "--step", "0")
    assert code == 2
    assert "--step" in output
