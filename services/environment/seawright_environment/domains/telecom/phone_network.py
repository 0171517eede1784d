"""What the phone gets out of the network: signal, mobile data, its speed, picture messages."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, at
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import (
    apn_field,
    device_of,
    own_device,
    sim_status,
    surroundings_of,
)

_ONLY: Mapping[str, str] = {"4g_only": "4G", "3g_only": "3G", "2g_only": "2G"}
_MIDDLE_MBPS: Mapping[JsonValue, float] = {
    "2G": (0.1 + 0.4) / 2,
    "3G": (1.0 + 5.0) / 2,
    "4G": (10.0 + 100.0) / 2,
    "5G": (50.0 + 500.0) / 2,
}
_SIGNAL_SHARES: Mapping[JsonValue, float] = {
    "poor": 0.2,
    "fair": 0.5,
    "good": 0.8,
    "excellent": 1.0,
}
_GRADES = ((1.0, "Very Poor"), (5.0, "Poor"), (25.0, "Fair"), (100.0, "Good"))
"""A speed below the first number is called so; above all it is excellent."""
_ADVICE: Mapping[str, str] = {
    "Very Poor": "Connection is very slow. Basic web browsing might be difficult.",
    "Poor": "Connection is slow. Web browsing may be sluggish, streaming difficult.",
    "Fair": "Connection is okay for web browsing and some standard definition streaming.",
    "Good": "Connection is good for most activities, including HD streaming.",
    "Excellent": "Connection is very fast.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What a speed test measures."""

    mbps: float | None
    grade: str


def search_network(state: State) -> None:
    """Connect the phone to the best network it may use, or leave it without service."""
    device = own_device(state)
    if sim_status(device) == "active":
        technology = _wanted_technology(state)
        _connect(device, technology, at(surroundings_of(state), ["signal_strength", technology]))
    else:
        _disconnect(device)
    if device["airplane_mode"]:
        _disconnect(device)
    if apn_field(device["active_apn_settings"], "apn_name") == "broken":
        _disconnect(device)
    if not surroundings_of(state)["line_active"]:
        _disconnect(device)


def is_data_working(state: State) -> bool:
    """Return whether mobile data flows."""
    device, surroundings = device_of(state), surroundings_of(state)
    has_signal = (
        not device["airplane_mode"]
        and device["network_signal_strength"] != "none"
        and device["network_connection_status"] != "no_service"
    )
    is_home_or_roams = not surroundings["is_abroad"] or (
        device["roaming_enabled"] and surroundings["roaming_allowed"]
    )
    is_granted = device["data_enabled"] and not surroundings["mobile_data_usage_exceeded"]
    return bool(has_signal and is_home_or_roams and is_granted)


def measured_speed(state: State) -> Speed:
    """Return the speed of mobile data, in Mbit/s with two decimals, and what it is called."""
    if not is_data_working(state):
        return Speed(mbps=None, grade="No Connection")
    device = device_of(state)
    is_slow_vpn = device["vpn_connected"] and (
        at(device, ["vpn_details", "server_performance"]) == "poor"
    )
    # The order of the factors decides the last bit, and that may decide the rounding.
    factor = 0.1 if is_slow_vpn else 1.0
    if device["data_saver_mode"]:
        factor *= 0.2
    middle = _MIDDLE_MBPS.get(device["network_technology_connected"], 0.0)
    share = _SIGNAL_SHARES.get(device["network_signal_strength"], 0.0)
    mbps = round(middle * share * factor, 2)
    grade = next((name for below, name in _GRADES if mbps < below), "Excellent")
    return Speed(mbps=mbps, grade=grade)


def is_mms_working(state: State) -> bool:
    """Return whether the messaging app can send pictures."""
    device = device_of(state)
    if not is_data_working(state) or device["network_technology_connected"] == "2G":
        return False
    if device["wifi_calling_enabled"] and device["wifi_calling_mms_over_wifi"]:
        return False
    if apn_field(device["active_apn_settings"], "mmsc_url") is None:
        return False
    granted = ["app_statuses", "messaging", "permissions"]
    return bool(at(device, [*granted, "storage"]) and at(device, [*granted, "sms"]))


def run_speed_test(state: State) -> str:
    """Return the speed and what it is good for."""
    speed = measured_speed(state)
    if speed.mbps is None:
        return f"Speed test failed: {speed.grade}."
    return f"Speed Test Result: {speed.mbps:.2f} Mbps ({speed.grade}). {_ADVICE[speed.grade]}"


def can_send_mms(state: State) -> str:
    """Tell whether pictures can be sent."""
    can = "can" if is_mms_working(state) else "cannot"
    return f"Your messaging app {can} send MMS messages."


def _wanted_technology(state: State) -> str:
    preference = device_of(state)["network_mode_preference"]
    if preference == "4g_5g_preferred":
        signal = at(surroundings_of(state), ["signal_strength", "5G"], "none")
        return "4G" if signal == "none" else "5G"
    return _ONLY.get(preference, "4G") if isinstance(preference, str) else "4G"


def _connect(device: JsonObject, technology: str, signal: JsonValue) -> None:
    device["network_connection_status"] = "connected"
    device["network_technology_connected"] = technology
    device["network_signal_strength"] = "none" if signal is None else signal


def _disconnect(device: JsonObject) -> None:
    device["network_connection_status"] = "no_service"
    device["network_technology_connected"] = "none"
    device["network_signal_strength"] = "none"
