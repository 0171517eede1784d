"""`seawright user-quality` before a deployment that answers made-up reports."""

import json
import threading
from collections.abc import Generator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_console.cli.outcome import INVALID
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.trajectories import UserSpec
from seawright_shared.records.user_quality import (
    COLUMNS,
    ErrorRate,
    QualityFinding,
    UserQuality,
    UserQualityReport,
    UserQualitySpec,
)

ROUTE = "/orchestrator/v1/user-quality-reports"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def report(name: str, num_errors: int) -> UserQualityReport:
    rate = ErrorRate(num=20, num_errors=num_errors, rate=num_errors / 20, low=0.0, high=1.0)
    finding = QualityFinding(
        column="leak", kind="early", episode_id="ep_9", task_id="task_1", message=3, detail="told"
    )
    quality = UserQuality(
        num_probes=20,
        num_passed=20 - num_errors,
        domains=["retail"],
        errors=rate,
        columns=dict.fromkeys(COLUMNS, rate),
        findings=[finding] if num_errors else [],
    )
    database = DatabaseRef(domain="retail", source="seed", seed=7, num_customers=30)
    return UserQualityReport(
        id=f"uqr_{name}",
        status=JobStatus.SUCCEEDED,
        created_at=NOW,
        updated_at=NOW,
        spec=UserQualitySpec(user=UserSpec(kind="model", model=name), database=database),
        quality=quality,
    )


@pytest.fixture(scope="module")
def url() -> Generator[str]:
    known = {f"{ROUTE}/{one.id}": one for one in (report("base", 20), report("tuned", 0))}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = known.get(self.path)
            plain = {
                "code": "not-found",
                "title": "Not found",
                "detail": "no such report",
                "status": 404,
            }
            body = found.model_dump_json() if found else json.dumps(plain)
            self.send_response(200 if found else 404)
            kind = "application/json" if found else "application/problem+json"
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def called(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(command_line(), ["user-quality", *words])
    return done.exit_code, done.stdout, done.stderr


def test_users_stand_beside_one_another_in_the_order_asked_for(url):
    code, out, _ = called("compare", "uqr_tuned", "uqr_base", "--markdown", "--url", url)
    lines = out.strip().splitlines()
    assert code == 0
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| tuned", "| base"]
    assert "| 100.0% [0.0%, 100.0%] (20/20) |" in lines[3]
    assert all(column in lines[0] for column in COLUMNS)


def test_a_comparison_in_json_holds_the_whole_reports(url):
    code, out, _ = called("compare", "uqr_base", "uqr_tuned", "--json", "--url", url)
    assert code == 0
    assert [UserQualityReport.model_validate(one) for one in json.loads(out)] == [
        report("base", 20),
        report("tuned", 0),
    ]


def test_a_report_is_shown_with_its_first_errors(url):
    code, out, err = called("show", "uqr_base", "--url", url)
    assert code == 0
    assert "uqr_base" in out
    assert "ep_9" in out + err


def test_a_report_that_is_not_there_is_told_and_fails(url):
    code, out, err = called("show", "uqr_none", "--url", url)
    assert code != 0
    assert out == ""
    assert "no such report" in err


def test_probes_come_from_a_dataset_or_a_domain_and_not_from_nowhere(url):
    code, _, err = called("run", "--url", url)
    assert code == INVALID
    assert "dataset_id" in err
