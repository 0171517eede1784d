"""The phone's VPN, and tau2-bench's slip about its server.

There, `break_vpn` spoils the details that every later connection of the process starts from. Its
records start each episode afresh, so that the slip is felt within one episode alone. Where it is
kept (`is_exact`), a hidden entity of the table `user` notes it.
"""

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.sides import USER_TABLE
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import device_of, own_device, status_bar

SPOILT = "_spoilt_vpn"
"""No part of the user's database: see `core/sides.py`."""


def check_vpn_status(state: State) -> str:
    """Tell whether the VPN is connected, and to what."""
    device = device_of(state)
    if device["vpn_connected"]:
        details = device["vpn_details"]
        if not isinstance(details, dict):
            return "VPN is ON and connected (no specific details available)."
        return f"VPN is ON and connected. Details: {_shown(details)}"
    if device["vpn_enabled_setting"]:
        return "VPN is turned ON in settings, but currently not connected."
    return "VPN is turned OFF."


def connect_vpn(state: State) -> str:
    """Connect to the VPN's server."""
    if device_of(state)["vpn_connected"]:
        return "VPN already connected."
    is_spoilt = state.find(USER_TABLE, SPOILT) is not None
    _connect(own_device(state), "poor" if is_spoilt else "excellent")
    return f"VPN connected successfully.\n{status_bar(state)}"


def disconnect_vpn(state: State) -> str:
    """Leave the VPN."""
    if not device_of(state)["vpn_connected"]:
        return f"No active VPN connection to disconnect.\n{status_bar(state)}"
    drop_vpn(own_device(state))
    return f"VPN disconnected successfully.\n{status_bar(state)}"


def break_vpn(state: State) -> str:
    """Connect to a VPN server that slows everything down: no tool, prepares a task's start."""
    _connect(own_device(state), "poor")
    if state.base.is_exact:
        state.put(USER_TABLE, SPOILT, {})
    return "VPN connection broken."


def drop_vpn(device: JsonObject) -> None:
    """Leave the VPN if it is connected."""
    if device["vpn_connected"]:
        device["vpn_connected"] = False
        device["vpn_details"] = None


def _connect(device: JsonObject, performance: str) -> None:
    device["vpn_connected"] = True
    device["vpn_details"] = {
        "server_address": "192.168.1.1",
        "protocol": "OpenVPN",
        "server_performance": performance,
    }


def _shown(details: dict[str, JsonValue]) -> str:
    address, protocol = details["server_address"], details["protocol"]
    performance = str(details["server_performance"])
    return (
        f"{{'server_address': {address!r}, 'protocol': {protocol!r}, "
        f"'server_performance': <PerformanceLevel.{performance.upper()}: {performance!r}>}}"
    )
