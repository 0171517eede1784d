"""Dependencies: every one is pinned, permissive, and above the holes that are known."""

import pytest

from tests.support.dependencies import PINS, Package, faults, floors, installed, pins


def test_every_line_of_the_constraints_pins_one_version():
    assert len(pins(PINS.read_text())) > 50
    with pytest.raises(ValueError, match="not pinned"):
        pins("numpy>=2\n")


def test_what_is_pinned_is_installed_as_pinned_permissive_and_above_known_holes():
    pinned = pins(PINS.read_text())
    # What somebody put beside into the environment is told by `make dependency-audit`.
    here = {name: one for name, one in installed().items() if name in pinned}
    assert len(here) > 50
    assert list(faults(pinned, here, floors())) == []


def test_a_hole_a_strange_licence_and_another_version_are_told():
    pinned = {"h11": "0.14.0", "odd": "1.0", "late": "2.0"}
    here = {
        "odd": Package(name="odd", version="1.0", licence="AGPL-3.0"),
        "late": Package(name="late", version="1.0+cpu", licence="MIT"),
        "free": Package(name="free", version="1.0", licence="MIT"),
    }
    told = list(faults(pinned, here, {"h11": {"from": "0.16.0", "advisory": "CVE-2025-43859"}}))
    assert len(told) == 4
    for words in ("free 1.0 is installed and not pinned", "licence 'AGPL-3.0'", "CVE-2025-43859"):
        assert any(words in sentence for sentence in told), words
