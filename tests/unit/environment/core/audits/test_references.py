from tests.unit.environment.core.audits.library import action, audit_one, codes, task, the

CLOSE = action("close_loan", loan_id="L1")


def test_words_that_fit_two_things_of_the_customer_are_ambiguous():
    finding = the(
        audit_one(task(CLOSE, words="You bring back the red book.")), "ambiguous-reference"
    )
    assert finding.is_heuristic
    assert finding.severity == "note"
    assert "red" in finding.detail
    assert "L2" in finding.detail


def test_words_that_fit_one_thing_only_are_not():
    assert codes(audit_one(task(CLOSE, words="You bring back Red Sea."))) == []
    assert codes(audit_one(task(CLOSE, words="You bring back the seas."))) == []


def test_an_id_means_one_thing():
    assert codes(audit_one(task(CLOSE, words="You bring back the red book, loan L1."))) == []


def test_a_thing_that_the_tools_exclude_is_no_rival():
    both = [CLOSE, action("close_loan", loan_id="L2")]
    assert codes(audit_one(task(*both, words="You bring back the books, red and blue."))) == []


def test_words_that_name_nothing_are_told_apart_from_all_and_everything():
    assert "unnamed-reference" in codes(audit_one(task(CLOSE, words="You bring back a book.")))
    assert codes(audit_one(task(CLOSE, words="You bring back all you can."))) == []
