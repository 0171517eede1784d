"""Own domains: what a package gives under the entry point group `seawright.domains`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.drafting import Author
from seawright_shared.errors import NotFoundError, SeawrightError
from seawright_shared.records.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainPlugin:
    """What an entry point names: a domain, perhaps its author, perhaps tasks to try it on."""

    content: DomainContent
    author: Author | None = None
    """Drafts tasks without any model; None: tasks are written by hand or by a model."""
    tasks: Callable[[], Sequence[Task]] = list[Task]
    """Tasks whose gold `seawright domain check` runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenDomain:
    """A domain that is installed but cannot be had."""

    name: str
    source: str
    """Where it is said to be, as in `library_loans:DOMAIN (library-loans 0.1)`."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Domains:
    """All domains of a process: the built-in ones and those of other packages."""

    contents: Mapping[str, DomainContent]
    authors: Mapping[str, Author]
    broken: Sequence[BrokenDomain] = field(default_factory=tuple[BrokenDomain, ...])


def missing(name: str, known: Iterable[str], broken: Sequence[BrokenDomain]) -> NotFoundError:
    """Return the fault that there is no such domain, or why it cannot be had."""
    told = [f"domain {name!r} is broken: {b.source}: {b.reason}" for b in broken if b.name == name]
    detail = told[0] if told else f"no domain {name!r}"
    return NotFoundError(detail, {"domains": sorted(known)})


class DomainClashError(SeawrightError):
    """Two packages want one name, or one wants the name of a built-in domain."""

    status = 409
    code = "domain-clash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An installed entry point, not yet loaded."""

    name: str
    source: str
    load: Callable[[], object]


def joined(
    contents: Mapping[str, DomainContent],
    authors: Mapping[str, Author],
    candidates: Sequence[Candidate],
) -> Domains:
    """Return the built-in domains and those of the candidates; a broken one stops no other.

    Raises `DomainClashError` where a name is taken: which of two is meant is nobody's guess.
    """
    _refuse_clashes(contents, candidates)
    all_contents, all_authors = dict(contents), dict(authors)
    broken: list[BrokenDomain] = []
    for candidate in sorted(candidates, key=lambda each: each.name):
        plugin = loaded(candidate)
        if isinstance(plugin, BrokenDomain):
            broken.append(plugin)
            continue
        all_contents[candidate.name] = plugin.content
        if plugin.author is not None:
            all_authors[candidate.name] = plugin.author
    return Domains(contents=all_contents, authors=all_authors, broken=broken)


def loaded(candidate: Candidate) -> DomainPlugin | BrokenDomain:
    """Return what the entry point names, or why it is no domain."""
    try:
        found = candidate.load()
        plugin = DomainPlugin(content=found) if isinstance(found, DomainContent) else found
        reason = _flaw(candidate.name, plugin)
    # Another package's code: whatever it raises is its own, and is told by its name.
    except Exception as error:  # noqa: BLE001
        plugin, reason = None, f"{type(error).__name__}: {error}"
    if isinstance(plugin, DomainPlugin) and not reason:
        return plugin
    return BrokenDomain(name=candidate.name, source=candidate.source, reason=reason)


def _flaw(name: str, plugin: object) -> str:
    if not isinstance(plugin, DomainPlugin):
        return f"it is a {type(plugin).__name__}, not a DomainPlugin or a DomainContent"
    if plugin.content.name != name:
        return f"the entry point is called {name!r}, the domain {plugin.content.name!r}"
    plugin.content.describe()
    return ""


def _refuse_clashes(contents: Mapping[str, DomainContent], candidates: Sequence[Candidate]) -> None:
    sources: dict[str, list[str]] = {name: ["seawright itself"] for name in contents}
    for candidate in candidates:
        sources.setdefault(candidate.name, []).append(candidate.source)
    for name, claims in sources.items():
        if len(claims) > 1:
            raise DomainClashError(
                f"domain {name!r} is claimed by {' and by '.join(claims)}", {"domain": name}
            )
