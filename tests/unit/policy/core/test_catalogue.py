import pytest

from seawright_policy.core.catalogue import Catalogue, Serving, decide, retired
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.rollouts import PolicyVersion
from tests.support.policy_models import tiny_renderer

RENDERER = tiny_renderer()


def version(number: int, sha256: str = "aa") -> PolicyVersion:
    return PolicyVersion(model="tiny", version=number, uri="x", sha256=sha256)


def serving(*numbers: int, current: int | None, prepared: int | None = None) -> Serving:
    return Serving(
        name="tiny",
        renderer=RENDERER,
        context_length=64,
        loaded={number: version(number) for number in numbers},
        current=current,
        prepared=prepared,
    )


def test_a_new_version_is_loaded_once_and_switched_to_once():
    before = serving(1, current=1)
    assert decide(before, version(2), "prepare", is_rollback=False) == "load"
    ready = serving(1, 2, current=1, prepared=2)
    assert decide(ready, version(2), "prepare", is_rollback=False) == "nothing"
    assert decide(ready, version(2), "commit", is_rollback=False) == "switch"
    done = serving(1, 2, current=2)
    assert decide(done, version(2), "commit", is_rollback=False) == "nothing"


def test_the_first_version_of_a_model_may_be_any():
    assert decide(None, version(7), "prepare", is_rollback=False) == "load"


@pytest.mark.parametrize("phase", ["prepare", "commit"])
def test_an_older_version_is_refused_unless_it_is_a_rollback(phase):
    ready = serving(1, 2, current=2)
    with pytest.raises(ConflictError, match="older"):
        decide(ready, version(1), phase, is_rollback=False)
    assert decide(ready, version(1), phase, is_rollback=True) in ("switch", "nothing")


def test_a_version_cannot_be_published_twice_with_different_weights():
    with pytest.raises(ConflictError, match="other weights"):
        decide(serving(1, current=1), version(1, "bb"), "prepare", is_rollback=False)


def test_what_is_not_prepared_cannot_be_committed():
    with pytest.raises(ConflictError, match="not prepared"):
        decide(serving(1, current=1), version(2), "commit", is_rollback=False)


def test_old_versions_go_first_and_never_the_current_or_the_prepared():
    after, gone = retired(serving(1, 2, 3, 4, 5, current=1, prepared=5), num_kept=1)
    assert gone == [2, 3]
    assert sorted(after.loaded) == [1, 4, 5]


def test_a_pin_needs_a_loaded_and_committed_version():
    ready = serving(1, 2, 3, current=2, prepared=3)
    assert (ready.version(None), ready.version(1)) == (2, 1)
    for wanted in (3, 9):
        with pytest.raises(NotFoundError):
            ready.version(wanted)
    with pytest.raises(NotFoundError, match="not served"):
        Catalogue().get("tiny")
