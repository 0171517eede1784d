"""Describe the domains there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.domain_plugins import BrokenDomain, missing
from seawright_shared.records.domains import Domain
from seawright_shared.records.messages import Requestor, ToolSchema


@dataclass(frozen=True, slots=True)
class DescribeDomains:
    """Domains are content: described once, at the start."""

    described: Mapping[str, Domain]
    broken: Sequence[BrokenDomain] = ()

    @staticmethod
    def of(
        domains: Mapping[str, DomainContent], broken: Sequence[BrokenDomain] = ()
    ) -> "DescribeDomains":
        """Read the policy texts and describe every domain."""
        described = {name: content.describe() for name, content in domains.items()}
        return DescribeDomains(described, broken)

    def __call__(self, name: str) -> Domain:
        """Return a domain, or raise `NotFoundError`."""
        domain = self.described.get(name)
        if domain is None:
            raise missing(name, self.described, self.broken)
        return domain

    def tools(self, name: str, requestor: Requestor | None) -> list[ToolSchema]:
        """Return a domain's tools, of one party or of both."""
        return [tool for tool in self(name).tools if requestor in {None, tool.requestor}]

    def all(self) -> list[Domain]:
        """Return every domain, by name."""
        return [self.described[name] for name in sorted(self.described)]
