"""The offline checker sees each way in which a promise can be broken."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.history import Anomaly, Fact, Finding, History, Kind, anomalies

ROOT = Path(__file__).parents[2]
IDS = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)


def whole(ids: list[str]) -> list[Fact]:
    kinds: list[Kind] = ["accepted", "finished", "trained"]
    return [Fact(kind=kind, id=one) for kind in kinds for one in ids]


@given(ids=IDS, order=st.randoms())
def test_a_history_that_keeps_all_promises_has_no_anomaly_in_any_order(ids: list[str], order):
    history = whole(ids)
    order.shuffle(history)
    assert anomalies(history) == []


@pytest.mark.parametrize(
    ("drop", "add", "finding"),
    [
        ("finished trained", "", "lost"),
        ("", "finished", "finished-twice"),
        ("accepted", "", "finished-unaccepted"),
        ("", "trained", "trained-twice"),
    ],
)
@given(ids=IDS)
def test_one_planted_breach_is_found_and_nothing_else(
    drop: str, add: Kind, finding: Finding, ids: list[str]
):
    victim = ids[0]
    history = [f for f in whole(ids) if not (f.id == victim and f.kind in drop.split())]
    history += [Fact(kind=add, id=victim)] if add else []
    assert anomalies(history) == [Anomaly(finding=finding, id=victim)]


def test_what_was_trained_and_never_finished_is_found_beside_its_loss():
    history = [fact for fact in whole(["a", "b"]) if (fact.kind, fact.id) != ("finished", "a")]
    found = [anomaly.finding for anomaly in anomalies(history)]
    assert found == ["lost", "trained-unfinished"]


def test_while_work_goes_on_nothing_counts_as_lost():
    assert anomalies([Fact(kind="accepted", id="a")], is_over=False) == []


def test_processes_that_write_at_once_keep_each_others_lines_whole(tmp_path: Path):
    path = tmp_path / "history"
    code = (
        "import sys; from pathlib import Path; from tests.faults.history import History\n"
        "for n in range(300): History(Path(sys.argv[1])).add('finished', f'{sys.argv[2]}-{n}')"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name], cwd=ROOT) for name in "xy"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len({fact.id for fact in History(path).read()}) == 600


def test_a_torn_last_line_is_left_out(tmp_path: Path):
    history = History(tmp_path / "history")
    history.add("accepted", "a")
    with history.path.open("a") as file:
        file.write('{"kind": "acc')
    assert history.read() == [Fact(kind="accepted", id="a")]
