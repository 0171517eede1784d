import json
from pathlib import Path

import pytest

from seawright_console.cli.demo import present
from seawright_console.cli.outcome import FAILED, exit_code
from seawright_console.core.demo_plan import DemoPlan
from seawright_console.core.run_failure import RunFailedError
from seawright_shared.records.jobs import StatusReason
from tests.unit.console.usecases.test_follow_runs import Paper
from tests.unit.console.usecases.test_run_demo import FakeServices, demonstrate

REASON = StatusReason(code="no-variance", message="64 groups had equal rewards")


async def test_a_demo_whose_rl_failed_ends_with_1_after_all_was_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    result = await demonstrate(FakeServices(rl_reason=REASON), tmp_path, DemoPlan())
    paper, report = Paper(), tmp_path / "report.html"
    with pytest.raises(RunFailedError, match=r"RL failed: .*64 groups had equal rewards") as failed:
        present(result, report, paper, as_json=True)
    assert exit_code(failed.value) == FAILED == 1
    assert str(report) in paper.said[-1]
    assert "evaluate SFT" in {row[0] for row in paper.tables["Time"]}
    assert set(json.loads(capsys.readouterr().out)["evaluations"]) == {"base", "SFT"}


async def test_a_demo_that_went_well_ends_quietly(tmp_path: Path):
    result = await demonstrate(FakeServices(), tmp_path, DemoPlan())
    present(result, tmp_path / "report.html", Paper(), as_json=False)
