"""Describe the domains there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from seawright_environment.core.domain_content import DomainContent
from seawright_shared.errors import NotFoundError
from seawright_shared.records.domains import Domain
from seawright_shared.records.messages import Requestor, ToolSchema


@dataclass(frozen=True, slots=True)
class DescribeDomains:
    """Domains are content: described once, at the start."""

    described: Mapping[str, Domain]

    @staticmethod
    def of(domains: Mapping[str, DomainContent]) -> "DescribeDomains":
        """Read the policy texts and describe every domain."""
        return DescribeDomains({name: content.describe() for name, content in domains.items()})

    def __call__(self, name: str) -> Domain:
        """Return a domain, or raise `NotFoundError`."""
        domain = self.described.get(name)
        if domain is None:
            raise NotFoundError(f"no domain {name!r}", {"domains": sorted(self.described)})
        return domain

    def tools(self, name: str, requestor: Requestor | None) -> list[ToolSchema]:
        """Return a domain's tools, of one party or of both."""
        return [tool for tool in self(name).tools if requestor in {None, tool.requestor}]

    def all(self) -> list[Domain]:
        """Return every domain, by name."""
        return [self.described[name] for name in sorted(self.described)]
