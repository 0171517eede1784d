"""What is pinned, what is installed, under which licences, and above which known holes.

    python -m tests.support.dependencies      # prints the table; 1 where something is wrong

It asks no network: what was published after `deploy/dependency-floors.toml` was written it cannot know.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PINS = ROOT / "constraints.txt"
FLOORS = ROOT / "deploy" / "dependency-floors.toml"
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|MPL|Mozilla|PSF|Python Software Foundation|PostgreSQL|Unlicense|0BSD|"
    r"CC0|HPND|Zlib|Unlicensed|Public Domain)\b",
    re.IGNORECASE,
)
"""MPL binds only its own files."""
PROGRAMS = frozenset({"podman-compose"})
"""GPL: a program that a test may start, never imported and in no image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed package of others."""

    name: str
    version: str
    licence: str


def pins(text: str) -> dict[str, str]:
    """Return each pinned package's version; a line that pins none is a `ValueError`."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        bare = line.partition("#")[0].partition(";")[0].strip()
        if not bare:
            continue
        name, separator, version = bare.partition("==")
        if not separator or "*" in version:
            raise ValueError(f"not pinned: {line}")
        found[canonicalize_name(name.partition("[")[0])] = version
    return found


def installed() -> dict[str, Package]:
    """Return the packages of this environment, ours and pip's own left out."""
    found: dict[str, Package] = {}
    for one in distributions():
        name = canonicalize_name(one.metadata["Name"])
        if not name.startswith("seawright") and name not in {"pip", "setuptools", "wheel"}:
            found[name] = Package(name=name, version=one.version, licence=licence_of(one))
    return found


def licence_of(one: Distribution) -> str:
    """Return what a package says of its licence, in its shortest form."""
    told = one.metadata.get_all("License-Expression") or []
    plain = one.metadata.get_all("License") or []
    classes = [
        value.rpartition(" :: ")[2]
        for value in one.metadata.get_all("Classifier") or []
        if value.startswith("License ::")
    ]
    return "; ".join(told or classes or plain).strip().split("\n")[0][:80]


def faults(
    pinned: Mapping[str, str], here: Mapping[str, Package], floors: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Yield what is wrong, a sentence each."""
    for name, package in sorted(here.items()):
        if name not in pinned:
            yield f"{name} {package.version} is installed and not pinned"
        elif Version(pinned[name]).public != Version(package.version).public:
            yield f"{name} is pinned at {pinned[name]} and installed at {package.version}"
        if name not in PROGRAMS and package.licence and not PERMISSIVE.search(package.licence):
            yield f"{name} {package.version}: licence {package.licence!r} is not a permissive one"
    for name, floor in sorted(floors.items()):
        if name in pinned and Version(pinned[name]) < Version(floor["from"]):
            yield f"{name} {pinned[name]}: {floor['advisory']} is mended in {floor['from']}"


def floors() -> dict[str, dict[str, str]]:
    """Return the known floors."""
    return tomllib.loads(FLOORS.read_text())["floors"]


def main() -> int:
    """Print the table and what is wrong."""
    here = installed()
    for package in sorted(here.values(), key=lambda one: one.name):
        sys.stdout.write(f"{package.name:32} {package.version:16} {package.licence or 'unsaid'}\n")
    wrong = list(faults(pins(PINS.read_text()), here, floors()))
    for sentence in wrong:
        sys.stdout.write(f"WRONG: {sentence}\n")
    sys.stdout.write(f"{len(here)} packages, {len(wrong)} wrong, {len(floors())} floors known\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
