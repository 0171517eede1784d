"""A check of a domain is a report, whatever the domain does."""

from dataclasses import replace

import pytest

from seawright_environment.core.conformance_kit import LAWS, fingerprint
from seawright_environment.core.conformance_kit_bench import Budget
from seawright_environment.core.domain_plugins import Candidate, DomainPlugin
from seawright_environment.domains import DOMAINS
from seawright_environment.usecases.check_domain import EVERYWHERE, LOADS, CheckDomain
from seawright_shared.errors import NotFoundError, UnavailableError

SPA = DomainPlugin(content=replace(DOMAINS["retail"], name="spa"))
QUICK = Budget(num_sequences=2, calls_per_sequence=3)


def found(load: object) -> list[Candidate]:
    def loading() -> object:
        if isinstance(load, Exception):
            raise load
        return load

    return [Candidate(name="spa", source="spa:X", load=loading)]


def same(target: str, name: str, hash_seed: int) -> str:
    return fingerprint(SPA)


def test_a_sound_domain_has_a_report_of_every_law():
    check = CheckDomain(find=lambda target: found(SPA), elsewhere=same)
    (report,) = check("spa", QUICK)
    assert (report.name, report.source, report.ok) == ("spa", "spa:X", True)
    assert [law.law for law in report.laws] == [LOADS, *LAWS, EVERYWHERE]


def test_a_domain_that_does_not_load_is_a_report():
    check = CheckDomain(find=lambda target: found(ImportError("no spa")), elsewhere=same)
    (report,) = check("spa", QUICK)
    assert not report.ok
    assert [law.failures for law in report.laws] == [["spa:X: ImportError: no spa"]]


@pytest.mark.parametrize("answer", ["otherwise", None])
def test_a_process_that_tells_otherwise_or_nothing_is_a_failure(answer: str | None):
    def elsewhere(target: str, name: str, hash_seed: int) -> str:
        if answer is None:
            raise UnavailableError("no answer")
        return answer

    (report,) = CheckDomain(find=lambda target: found(SPA), elsewhere=elsewhere)("spa", QUICK)
    (law,) = [law for law in report.laws if not law.ok]
    assert law.law == EVERYWHERE
    assert [text.split(":")[0] for text in law.failures] == ["PYTHONHASHSEED=1", "PYTHONHASHSEED=2"]


def test_what_is_no_domain_is_not_found():
    with pytest.raises(NotFoundError, match="no domain 'x'"):
        CheckDomain(find=lambda target: [], elsewhere=same)("x")
