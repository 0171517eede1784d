from tests.unit.environment.core.audits.library import action, audit_one, codes, task, the


def returning(*disc_ids: str) -> dict[str, object]:
    return action("return_discs", loan_id="L1", disc_ids=list(disc_ids))


def test_words_that_fit_two_parts_of_a_thing_are_ambiguous():
    finding = the(audit_one(task(returning("D1"), words="L1: the audio disc")), "ambiguous-part")
    assert finding.is_heuristic
    assert finding.pointer == "/0/evaluation_criteria/actions/0/arguments/disc_ids"
    assert "audio, disc" in finding.detail
    assert "D2" in finding.detail
    assert "D3" not in finding.detail


def test_words_that_tell_the_parts_apart_are_not():
    assert codes(audit_one(task(returning("D2"), words="L1: the second audio disc"))) == []


def test_parts_that_are_all_meant_are_not():
    assert codes(audit_one(task(returning("D1", "D2"), words="L1: the audio discs"))) == []
