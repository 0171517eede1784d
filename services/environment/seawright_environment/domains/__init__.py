"""Domains: state, tools, policy text and the synthesis adapter, one folder each."""

from collections.abc import Mapping

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.drafting import Author
from seawright_environment.domains.airline.content import AIRLINE
from seawright_environment.domains.mock.content import MOCK
from seawright_environment.domains.retail.author import RetailAuthor
from seawright_environment.domains.retail.content import RETAIL

DOMAINS: Mapping[str, DomainContent] = {"airline": AIRLINE, "mock": MOCK, "retail": RETAIL}
"""The registry: one line per domain."""

AUTHORS: Mapping[str, Author] = {"retail": RetailAuthor()}
"""Who writes tasks for which domain without any model."""
