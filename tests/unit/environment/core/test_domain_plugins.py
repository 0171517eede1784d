"""Own domains stand beside the built-in ones; a broken one stops no other, a clash stops all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from seawright_environment.core.databases import Databases
from seawright_environment.core.domain_plugins import (
    BrokenDomain,
    Candidate,
    DomainClashError,
    DomainPlugin,
    joined,
    loaded,
)
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_shared.errors import NotFoundError
from seawright_shared.records.domains import DatabaseRef

SPA = replace(DOMAINS["retail"], name="spa")


def candidate(load: Callable[[], object], name: str = "spa", source: str = "spa:X") -> Candidate:
    return Candidate(name=name, source=source, load=load)


def raising() -> object:
    raise ImportError("No module named 'spa'")


def mute() -> str:
    raise OSError("policy.md is gone")


@pytest.mark.parametrize("found", [SPA, DomainPlugin(content=SPA)])
def test_a_content_or_a_plugin_becomes_a_domain(found: object):
    domains = joined(DOMAINS, AUTHORS, [candidate(lambda: found)])
    assert domains.contents["spa"] is SPA
    assert domains.contents.keys() == {*DOMAINS, "spa"}
    assert dict(domains.authors) == dict(AUTHORS)
    assert not domains.broken


def test_an_author_comes_with_its_domain():
    plugin = DomainPlugin(content=SPA, author=AUTHORS["retail"])
    assert joined({}, {}, [candidate(lambda: plugin)]).authors["spa"] is AUTHORS["retail"]


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (raising, "ImportError: No module named 'spa'"),
        (lambda: 7, "it is a int, not a DomainPlugin"),
        (lambda: DOMAINS["retail"], "the entry point is called 'spa', the domain 'retail'"),
        (lambda: replace(SPA, domain_policy=mute), "OSError: policy.md is gone"),
    ],
)
def test_a_broken_domain_is_told_by_name_and_stops_no_other(
    load: Callable[[], object], reason: str
):
    pool = replace(SPA, name="pool")
    found = [candidate(load, source="spa:X (spa 1.0)"), candidate(lambda: pool, "pool")]
    domains = joined(DOMAINS, AUTHORS, found)
    assert "pool" in domains.contents
    assert "spa" not in domains.contents
    (broken,) = domains.broken
    assert (broken.name, broken.source) == ("spa", "spa:X (spa 1.0)")
    assert reason in broken.reason
    databases = Databases(domains.contents, broken=domains.broken)
    with pytest.raises(NotFoundError, match="domain 'spa' is broken: spa:X"):
        databases.load(DatabaseRef(domain="spa"))


def test_no_other_domain_takes_a_built_in_ones_name():
    with pytest.raises(DomainClashError, match="'retail' is claimed by seawright itself and by my"):
        joined(DOMAINS, AUTHORS, [candidate(lambda: SPA, "retail", "my:shop")])


def test_two_packages_of_one_name_are_an_error_that_names_both():
    twice = [candidate(lambda: SPA, source="one:X"), candidate(raising, source="two:X")]
    with pytest.raises(DomainClashError, match="'spa' is claimed by one:X and by two:X"):
        joined(DOMAINS, AUTHORS, twice)


def test_a_package_that_ends_the_process_is_not_caught():
    def leaving() -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loaded(candidate(leaving))
    assert isinstance(loaded(candidate(raising)), BrokenDomain)
