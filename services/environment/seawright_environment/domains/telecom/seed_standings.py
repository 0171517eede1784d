"""How a generated customer stands with the carrier: what he owes decides on bills and lines."""

from typing import Literal, cast

from seawright_environment.domains.telecom.seed_draws import drawing, weighted
from seawright_environment.domains.telecom.seed_numbers import Numbers

Standing = Literal["paid", "issued", "overdue", "disputed", "awaiting"]
STANDINGS = {"paid": 60, "issued": 14, "overdue": 19, "disputed": 4, "awaiting": 3}
"""What the latest bill is, of every hundred customers."""
SHARE_LONG_OVERDUE = 0.25
"""Of those who have an overdue bill: the one before it is overdue, too."""
SHARE_DRAFTED = 0.75
"""Of those with more than one bill: the last of them is the next cycle's draft."""


def standing(seed: int, numbers: Numbers, customer: int) -> Standing:
    """Return what customer n's latest bill is; who has no line owes nothing."""
    if not numbers.lines.records(customer):
        return "paid"
    return cast("Standing", weighted(drawing(seed, "standing", customer), STANDINGS))


def earlier_standing(seed: int, numbers: Numbers, customer: int) -> Standing:
    """Return what customer n's bill before the latest is."""
    if standing(seed, numbers, customer) != "overdue":
        return "paid"
    is_long = drawing(seed, "earlier", customer).random() < SHARE_LONG_OVERDUE
    return "overdue" if is_long else "paid"


def has_draft(seed: int, numbers: Numbers, customer: int) -> bool:
    """Return whether customer n's last bill is a draft."""
    if len(numbers.bills.records(customer)) < 2:
        return False
    return drawing(seed, "draft", customer).random() < SHARE_DRAFTED
