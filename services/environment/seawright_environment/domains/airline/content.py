"""The airline domain, put together."""

from importlib import resources
from typing import get_args

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.domains.airline.author import AirlineAuthor
from seawright_environment.domains.airline.seed import generate_tables
from seawright_environment.domains.airline.state import NOW, import_tables
from seawright_environment.domains.airline.tools import TOOLKIT
from seawright_shared.records.tasks import Disclosure


def _domain_policy() -> str:
    return (
        resources.files("seawright_environment.domains.airline")
        .joinpath("policy.md")
        .read_text(encoding="utf-8")
    )


AIRLINE = DomainContent(
    name="airline",
    toolkit=TOOLKIT,
    generate=generate_tables,
    import_tables=import_tables,
    domain_policy=_domain_policy,
    goal_types=tuple(AirlineAuthor.goal_types),
    features=tuple(AirlineAuthor.features),
    goal_kinds=tuple(AirlineAuthor.kinds.values()),
    policy_rules=AirlineAuthor.policy_rules,
    disclosures=get_args(Disclosure),
    identify_tools="get_user_details",
    now=NOW,
)
