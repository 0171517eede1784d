"""What the user does about the SIM card, the APN settings and the phone as a whole."""

import re
from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import (
    APN_FIELDS,
    apn_field,
    device_of,
    own_device,
    sim_status,
    status_bar,
)
from seawright_environment.domains.telecom.phone_network import search_network

_SIM_TEXTS: Mapping[str, str] = {
    "active": "Your SIM card is active and working.",
    "missing": "No SIM card detected in the phone.",
    "locked_pin": "The SIM card is locked with a PIN code.",
    "locked_puk": "The SIM card is locked with a PUK code.",
}
_LINK = re.compile(r"(?<=https://errors\.pydantic\.dev/)[0-9.]+(?=/)")
_LINKED = "2.12"
"""The version of pydantic that tau2-bench's refusals name."""


class APNNames(StrEnum):
    """The known access points."""

    INTERNET = "internet"
    BROKEN = "broken"


class APNSettings(BaseModel):
    """APN settings as tau2-bench checks them: the names are part of its refusals."""

    model_config = ConfigDict(extra="forbid")

    apn_name: APNNames = APNNames.INTERNET
    reset_at_reboot: bool = False
    mms_apn: str | None = "mms"
    mmsc_url: str | None = "http://mms.carrier.com/mms/wapenc"
    mms_proxy: str | None = None
    mms_port: int | None = None


def check_sim_status(state: State) -> str:
    """Tell whether the SIM card is there and unlocked."""
    return _SIM_TEXTS[sim_status(device_of(state))]


def reseat_sim_card(state: State) -> str:
    """Take the SIM card out and put it back."""
    own_device(state)["sim_card_missing"] = False
    search_network(state)
    return f"SIM card re-seated successfully.\n{status_bar(state)}"


def check_apn_settings(state: State) -> str:
    """Return the access point and where picture messages go."""
    apn = device_of(state)["active_apn_settings"]
    name, url = apn_field(apn, "apn_name"), apn_field(apn, "mmsc_url")
    return (
        f"Current APN Name: {name}\n"
        f"MMSC URL (for picture messages): {url or 'Not Set'}\n"
        "(These are technical settings, usually best left unchanged.)"
    )


def set_apn_settings(state: State, apn_settings: JsonValue) -> str:
    """Use other APN settings. What are none go in first and fail then, where exact."""
    if not state.base.is_exact and not isinstance(apn_settings, dict):
        raise ValueError("apn_settings should be an object")
    settings = _checked(apn_settings) if isinstance(apn_settings, dict) else apn_settings
    own_device(state)["active_apn_settings"] = settings
    name = apn_field(settings, "apn_name")
    search_network(state)
    return f"APN settings set to: {name}\n{status_bar(state)}"


def reset_apn_settings(state: State) -> str:
    """Have the default APN settings back from the next restart on."""
    apn = own_device(state)["active_apn_settings"]
    apn_field(apn, "reset_at_reboot")
    assert isinstance(apn, dict)
    apn["reset_at_reboot"] = True
    search_network(state)
    return f"APN settings will reset at reboot.\n{status_bar(state)}"


def reboot_device(state: State) -> str:
    """Restart the phone."""
    device, lines = own_device(state), list[str]()
    if apn_field(device["active_apn_settings"], "reset_at_reboot"):
        lines.append("Resetting APN settings...")
        device["active_apn_settings"] = {**APN_FIELDS}
    lines.append("Restarting network services...")
    device["network_connection_status"] = "searching"
    search_network(state)
    return "\n".join([*lines, status_bar(state)])


def _checked(settings: JsonObject) -> JsonObject:
    try:
        return APNSettings.model_validate(settings).model_dump(mode="json")
    except ValidationError as error:
        raise ValueError(_LINK.sub(_LINKED, str(error))) from error
