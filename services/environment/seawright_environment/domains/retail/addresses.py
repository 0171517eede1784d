"""Changes of address, and what a wrong one is told."""

from seawright_environment.core.state import State
from seawright_environment.domains.retail.state import (
    Address,
    order_of,
    own_order,
    own_user,
    user_of,
)

_HELP = "For further information visit https://errors.pydantic.dev/2.12/v/string_type"
_SHOWN = 50
"""Bytes of a wrong value's text that are shown whole; of more, 25 and 24, cut between letters."""


def modify_pending_order_address(
    state: State,
    order_id: str,
    address1: str,
    address2: str,
    city: str,
    region: str,
    country: str,
    zip_code: str,
) -> str:
    """Send a pending order elsewhere, also one whose items were modified."""
    if "pending" not in order_of(state, order_id)["status"]:
        raise ValueError("Non-pending order cannot be modified")
    address = _address(address1, address2, city, region, country, zip_code)
    own_order(state, order_id)["address"] = address
    return state.text("orders", order_id)


def modify_user_address(
    state: State,
    user_id: str,
    address1: str,
    address2: str,
    city: str,
    region: str,
    country: str,
    zip_code: str,
) -> str:
    """Set a customer's default address."""
    user_of(state, user_id)
    address = _address(address1, address2, city, region, country, zip_code)
    own_user(state, user_id)["address"] = address
    return state.text("users", user_id)


def _address(
    address1: str, address2: str, city: str, region: str, country: str, zip_code: str
) -> Address:
    address = Address(
        address1=address1,
        address2=address2,
        city=city,
        country=country,
        state=region,
        zip=zip_code,
    )
    wrong = [(key, value) for key, value in address.items() if not isinstance(value, str)]
    if wrong:
        raise ValueError(_complaint(wrong))
    return address


def _complaint(wrong: list[tuple[str, object]]) -> str:
    plural = "s" if len(wrong) > 1 else ""
    lines = [f"{len(wrong)} validation error{plural} for UserAddress"]
    for key, value in wrong:
        text = _shortened(repr(value))
        kind = type(value).__name__
        lines.append(key)
        lines.append(
            "  Input should be a valid string "
            f"[type=string_type, input_value={text}, input_type={kind}]"
        )
        lines.append(f"    {_HELP}")
    return "\n".join(lines)


def _shortened(text: str) -> str:
    content = text.encode(errors="replace")
    if len(content) <= _SHOWN:
        return text
    return f"{content[:25].decode(errors='ignore')}...{content[-24:].decode(errors='ignore')}"
