"""The retail domain, put together."""

from importlib import resources
from typing import get_args

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.domains.retail.author import RetailAuthor
from seawright_environment.domains.retail.seed import generate_tables
from seawright_environment.domains.retail.state import import_tables
from seawright_environment.domains.retail.tools import TOOLKIT
from seawright_shared.records.tasks import Disclosure


def _domain_policy() -> str:
    return (
        resources.files("seawright_environment.domains.retail")
        .joinpath("policy.md")
        .read_text(encoding="utf-8")
    )


RETAIL = DomainContent(
    name="retail",
    toolkit=TOOLKIT,
    generate=generate_tables,
    import_tables=import_tables,
    domain_policy=_domain_policy,
    goal_types=tuple(RetailAuthor.goal_types),
    features=tuple(RetailAuthor.features),
    goal_kinds=tuple(RetailAuthor.kinds.values()),
    policy_rules=RetailAuthor.policy_rules,
    disclosures=get_args(Disclosure),
    ordered_fields=frozenset({"exchange_items", "exchange_new_items"}),
)
