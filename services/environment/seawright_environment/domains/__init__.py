"""Domains: state, tools, policy text and the synthesis adapter, one folder each."""

from collections.abc import Mapping

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.drafting import Author
from seawright_environment.core.task_repairs import Mender
from seawright_environment.domains.airline.author import AirlineAuthor
from seawright_environment.domains.airline.content import AIRLINE
from seawright_environment.domains.airline.goals_mends import AirlineMender
from seawright_environment.domains.mock.content import MOCK
from seawright_environment.domains.retail.author import RetailAuthor
from seawright_environment.domains.retail.content import RETAIL
from seawright_environment.domains.retail.goals_mends import RetailMender
from seawright_environment.domains.telecom.author import TelecomAuthor
from seawright_environment.domains.telecom.content import TELECOM, TELECOM_WORKFLOW
from seawright_environment.domains.telecom.goals_mends import TelecomMender

DOMAINS: Mapping[str, DomainContent] = {
    content.name: content for content in (AIRLINE, MOCK, RETAIL, TELECOM, TELECOM_WORKFLOW)
}
"""The registry."""

AUTHORS: Mapping[str, Author] = {
    "airline": AirlineAuthor(),
    "retail": RetailAuthor(),
    "telecom": TelecomAuthor(),
    "telecom-workflow": TelecomAuthor(),
}
"""Who writes tasks for which domain without any model."""

MENDERS: Mapping[str, Mender] = {
    "airline": AirlineMender(),
    "retail": RetailMender(),
    "telecom": TelecomMender(),
    "telecom-workflow": TelecomMender(),
}
"""Who binds things of which domain's drafts anew."""
