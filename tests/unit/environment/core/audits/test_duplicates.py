from tests.unit.environment.core.audits.library import action, audit, task, the

CLOSE = action("close_loan", loan_id="L1")
LONG = "You borrowed a book last week and now you would like to bring L1 back to the desk today"


def found(*tasks: object) -> set[str]:
    return {finding.code for finding in audit(tasks, max_mutants=0).set_findings}


def test_different_tasks_are_no_duplicates():
    other = task(action("close_loan", loan_id="L2"), words="Something else about L2, quite short.")
    assert found(task(CLOSE, words=LONG), other) == set()


def test_equal_documents_under_two_ids_are_duplicates_and_no_other_kind():
    one = task(CLOSE, words=LONG)
    assert found(one, {**one, "id": "two"}) == {"duplicate-task"}


def test_one_id_for_two_tasks_is_an_error():
    one = task(CLOSE, words=LONG)
    other = {**task(action("close_loan", loan_id="L2"), words="L2"), "id": one["id"]}
    report = audit([one, other], max_mutants=0)
    finding = the(report, "duplicate-id")
    assert finding.severity == "error"
    assert finding.pointer == "/0"


def test_same_gold_under_other_words_and_same_words_with_other_gold_are_noticed():
    one = task(CLOSE, words=LONG)
    assert found(one, task(CLOSE, words="L1 back")) == {"same-gold"}
    assert found(one, task(action("renew_loan", loan_id="L1", days=1), words=LONG)) == {"same-text"}


def test_almost_the_same_words_are_noticed():
    one = task(CLOSE, words=LONG)
    other = task(action("renew_loan", loan_id="L1", days=1), words=LONG + " please")
    assert found(one, other) == {"near-text"}
