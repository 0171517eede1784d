"""The telecom domain, put together: dual control by agent and user."""

from dataclasses import replace
from importlib import resources
from typing import get_args

from seawright_environment.core.domain_content import DomainContent
from seawright_environment.domains.telecom.author import TelecomAuthor
from seawright_environment.domains.telecom.carrier_checks import CARRIER_ASSERTIONS
from seawright_environment.domains.telecom.carrier_tools import CARRIER_FUNCTIONS, CARRIER_TOOLKIT
from seawright_environment.domains.telecom.link import carry_over
from seawright_environment.domains.telecom.phone_checks import USER_ASSERTIONS
from seawright_environment.domains.telecom.phone_tools import USER_FUNCTIONS, USER_TOOLKIT
from seawright_environment.domains.telecom.rules_preparing import is_well
from seawright_environment.domains.telecom.seed import generate_tables
from seawright_environment.domains.telecom.solution import IDENTIFY
from seawright_environment.domains.telecom.state import LIST_TABLES, NOW, import_tables
from seawright_shared.records.tasks import Disclosure


def _text(*names: str) -> str:
    """Return policy texts, one after another."""
    folder = resources.files("seawright_environment.domains.telecom")
    return "\n\n".join(
        folder.joinpath(f"{name}.md").read_text(encoding="utf-8").strip() for name in names
    )


TELECOM = DomainContent(
    name="telecom",
    toolkit=CARRIER_TOOLKIT,
    user_toolkit=USER_TOOLKIT,
    generate=generate_tables,
    import_tables=import_tables,
    domain_policy=lambda: _text("policy", "support_manual"),
    solo_policy=lambda: _text("policy_solo", "support_manual"),
    assertions={**CARRIER_ASSERTIONS, **USER_ASSERTIONS},
    functions={**CARRIER_FUNCTIONS, **USER_FUNCTIONS},
    is_two_sided=True,
    list_tables=LIST_TABLES,
    sync=carry_over,
    goal_types=TelecomAuthor.goal_types,
    features=TelecomAuthor.features,
    goal_kinds=tuple(TelecomAuthor.kinds.values()),
    policy_rules=TelecomAuthor.policy_rules,
    disclosures=get_args(Disclosure),
    identify_tools=IDENTIFY,
    confirmed_writes=("refuel_data",),
    is_well=is_well,
    now=NOW,
)
"""The technical part of its policy is a manual, sorted by what may be wrong."""

TELECOM_WORKFLOW = replace(
    TELECOM,
    name="telecom-workflow",
    tau2_name="telecom",
    domain_policy=lambda: _text("policy", "support_workflow"),
    solo_policy=lambda: _text("policy_solo", "support_workflow"),
)
"""The same domain; the technical part of its policy is a workflow, step by step."""
