"""The audit finds in tau2-bench's own tasks what is known to be wrong with them."""

import json
from functools import lru_cache

import pytest

from seawright_environment.core.audits.audit import Auditor
from seawright_environment.core.audits.reading import read_task
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_shared.records.audits import AuditFinding, AuditReport
from seawright_shared.records.domains import DatabaseRef
from tests.support.tau2_vectors import FOLDER, needs_vectors, records, tau2_base, tau2_documents

pytestmark = needs_vectors

REFUSED_READS = ["2", "3", "4", "35", "37", "38", "39", "46", "47", "54", "55", "67", "68"]
"""Retail tasks with a golden read that is refused (tau2-bench 499): 16 reads in all."""
SAME_PRICE = {"20", "21", "36", "37", "100"}
"""Retail tasks whose gold modifies several items at once: each gets the last one's price."""


@lru_cache(maxsize=3)
def report(domain: str) -> AuditReport:
    splits = json.loads((FOLDER / "data" / "domains" / domain / "split_tasks.json").read_text())
    documents = tau2_documents(domain)
    tasks = [document for name, document in documents.items() if name in set(splits["base"])]
    auditor = Auditor(
        base=tau2_base(domain),
        author=AUTHORS.get(domain),
        max_mutants=4,
        watch=lambda done, total: None,
    )
    return auditor.audit(tasks, DatabaseRef(domain=domain, source="tau2"))


def found(domain: str, code: str) -> list[AuditFinding]:
    parts = report(domain).tasks
    return [finding for task in parts for finding in task.findings if finding.code == code]


def tasks_with(domain: str, code: str) -> list[str | None]:
    return list(dict.fromkeys(finding.task_id for finding in found(domain, code)))


def passed(domain: str, agent: str) -> tuple[int, int]:
    total = next(each for each in report(domain).agents if each.agent == agent)
    return total.num_passed, total.num_certain


def kills(domain: str) -> dict[str, tuple[int, int]]:
    return {row.operator: (row.mutants, row.killed) for row in report(domain).kills}


def test_the_retail_writes_and_reads_that_are_refused_are_found():
    writes = {f.task_id: f.detail for f in found("retail", "write-refused")}
    assert list(writes) == ["64", "105"]
    assert "Non-delivered order cannot be exchanged" in writes["64"]
    assert "Insufficient gift card balance" in writes["105"]
    assert len(found("retail", "read-refused")) == 16
    assert tasks_with("retail", "read-refused") == REFUSED_READS
    assert all(finding.patch for finding in found("retail", "write-refused"))
    assert all(finding.patch for finding in found("retail", "read-refused"))


def test_no_golden_action_of_the_airline_is_refused():
    assert not found("airline", "write-refused")
    assert not found("airline", "read-refused")


def test_an_agent_that_does_nothing_passes_23_airline_tasks():
    assert report("airline").num_tasks == 50
    assert passed("airline", "noop") == (23, 23)
    assert report("airline").num_default_basis == 23


def test_an_agent_that_does_nothing_passes_11_retail_tasks_5_of_them_before_a_judge():
    assert report("retail").num_tasks == 114
    assert passed("retail", "noop") == (11, 6)
    # With COMMUNICATE in the basis, as it is by default, they would be 7.
    assert report("retail").num_default_basis == 7


def test_agents_that_only_refuse_or_transfer_pass_what_the_idle_one_passes():
    for domain in ("airline", "retail"):
        assert passed(domain, "refusal") == passed(domain, "noop")
        assert passed(domain, "transfer") == passed(domain, "noop")


def test_the_transfers_that_no_reward_asks_for_are_found():
    assert {"26", "50"} <= set(tasks_with("retail", "transfer-not-scored"))


def test_gold_of_every_airline_and_retail_task_is_rewarded():
    for domain in ("airline", "retail"):
        assert report(domain).num_audited == report(domain).num_tasks
        assert report(domain).num_gold_failing == 0


@pytest.mark.parametrize("domain", ["airline", "mock", "retail"])
def test_gold_played_by_the_audit_earns_what_tau2_bench_recorded(domain: str):
    documents = tau2_documents(domain)
    golden = records(f"golden_{domain}")
    assert golden
    for record in golden:
        subject, broken = read_task(tau2_base(domain), 0, documents[record["task_id"]])
        assert not broken
        assert subject is not None
        evaluation = subject.gold_episode.evaluation
        assert evaluation.reward == record["reward_info"]["reward"], record["task_id"]
        refused = [step.result.error for step in subject.steps]
        assert refused == [step["error"] for step in record["steps"]], record["task_id"]


def test_comparing_databases_kills_every_mutant_of_the_state_and_none_of_the_reads():
    for domain in ("airline", "retail"):
        rows = kills(domain)
        reads = rows.pop("drop_read")
        said = rows.pop("drop_said")
        assert reads[0] > 50
        assert reads[1] == 0
        # Airline's basis has COMMUNICATE; retail's states what to tell and does not score it.
        assert said == ((6, 6) if domain == "airline" else (36, 0))
        assert {"drop_write", "near_miss", "over_fulfil", "collateral_other"} <= set(rows)
        assert all(mutants == killed for mutants, killed in rows.values())
        assert sum(mutants for mutants, _ in rows.values()) > 500


def test_gold_that_holds_the_price_of_the_last_of_several_items_is_found():
    assert set(tasks_with("retail", "target-by-defect")) >= SAME_PRICE


def test_two_tablets_of_one_customer_are_an_ambiguous_reference():
    assert {"82", "83"} <= set(tasks_with("retail", "ambiguous-reference"))
    for domain in ("airline", "retail"):
        rate = len(tasks_with(domain, "ambiguous-reference")) / report(domain).num_tasks
        assert rate < 0.1, "a heuristic that flags many tasks is read by nobody"


def test_no_two_tasks_are_equal_but_some_share_their_gold():
    codes = {finding.code for finding in report("retail").set_findings}
    assert "duplicate-task" not in codes
    assert "same-gold" in codes


@pytest.mark.skipif("telecom" not in DOMAINS, reason="the telecom domain is not registered here")
def test_telecoms_assertions_see_every_dropped_fix_and_no_collateral_damage():
    assert report("telecom").num_tasks == report("telecom").num_audited == 114
    rows = kills("telecom")
    mutants, killed = rows["drop_write"]
    assert mutants > 200
    assert killed >= 0.95 * mutants
    for kind in ("collateral_own", "collateral_other", "collateral_device"):
        mutants, killed = rows[kind]
        assert mutants >= 100, kind
        assert killed <= 0.05 * mutants, kind
    assert len(tasks_with("telecom", "state-not-compared")) > 90
