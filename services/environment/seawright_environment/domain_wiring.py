"""Where domains come from: the built-in ones, those of installed packages, a project's folder."""

import sys
from functools import partial
from pathlib import Path

from structlog.stdlib import get_logger

from seawright_environment.adapters.entry_point_domains import installed, of_project
from seawright_environment.adapters.hash_seed_process import fingerprint_elsewhere
from seawright_environment.core.conformance_kit import fingerprint
from seawright_environment.core.domain_plugins import (
    Candidate,
    DomainPlugin,
    Domains,
    joined,
    loaded,
)
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_environment.usecases.check_domain import CheckDomain


def all_domains() -> Domains:
    """Return the built-in domains and those of installed packages; tell which are broken."""
    found = joined(DOMAINS, AUTHORS, installed())
    for broken in found.broken:
        get_logger().error(
            "domain.refused", domain=broken.name, source=broken.source, reason=broken.reason
        )
    return found


def domain_check() -> CheckDomain:
    """Return the check of domains for a caller in this process."""
    return CheckDomain(find=find_domains, elsewhere=fingerprint_elsewhere)


def find_domains(target: str) -> list[Candidate]:
    """Return the domains that a name or a project's folder means."""
    built_in = [
        Candidate(
            name=name,
            source="seawright itself",
            load=partial(DomainPlugin, content=content, author=AUTHORS.get(name)),
        )
        for name, content in DOMAINS.items()
    ]
    named = [each for each in (*built_in, *installed()) if each.name == target]
    return named or (of_project(Path(target)) if Path(target).is_dir() else [])


def tell_fingerprint() -> None:
    """Write the fingerprint of the domain that the arguments name: a target and a name."""
    target, name = sys.argv[1:3]
    candidate = next(each for each in find_domains(target) if each.name == name)
    plugin = loaded(candidate)
    assert isinstance(plugin, DomainPlugin), plugin
    sys.stdout.write(f"{fingerprint(plugin)}\n")
