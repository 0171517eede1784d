"""What the user sees and switches in the phone's settings."""

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import (
    MODES,
    device_of,
    lacking,
    on_off,
    own_device,
    sim_status,
    status_bar,
    yes_no,
)
from seawright_environment.domains.telecom.phone_network import search_network
from seawright_environment.domains.telecom.phone_vpn import drop_vpn


def check_status_bar(state: State) -> str:
    """Return the icons at the top of the screen."""
    return status_bar(state)


def check_network_status(state: State) -> str:
    """Return everything about the connection."""
    device = device_of(state)
    lines = [
        f"Airplane Mode: {on_off(device['airplane_mode'])}",
        f"SIM Card Status: {sim_status(device)}",
        f"Cellular Connection: {device['network_connection_status']}",
        f"Cellular Signal: {device['network_signal_strength']}",
        f"Cellular Network Type: {device['network_technology_connected']}",
        f"Mobile Data Enabled: {yes_no(device['data_enabled'])}",
        f"Data Roaming Enabled: {yes_no(device['roaming_enabled'])}",
        f"Wi-Fi Radio: {on_off(device['wifi_enabled'])}",
        f"Wi-Fi Connected: {yes_no(device['wifi_connected'])}",
    ]
    if device["wifi_connected"]:
        lines.append(f"Connected Wi-Fi Network: {device['wifi_ssid']}")
    return "\n".join(lines)


def check_network_mode_preference(state: State) -> str:
    """Return which networks are preferred."""
    return f"Network Mode Preference: {_value_of(device_of(state)['network_mode_preference'])}"


def set_network_mode_preference(state: State, mode: JsonValue) -> str:
    """Prefer other networks. What is no text goes in first and fails then, where exact."""
    if not state.base.is_exact and not isinstance(mode, str):
        raise ValueError(f"mode should be one of {', '.join(MODES)}")
    if isinstance(mode, str) and mode not in MODES:
        return (
            f"Failed to set network mode: '{mode}' is not a valid option. "
            f"Please use one of: {', '.join(MODES)}\n{status_bar(state)}"
        )
    own_device(state)["network_mode_preference"] = mode
    search_network(state)
    return f"Preferred Network Mode set to: {_value_of(mode)}\n{status_bar(state)}"


def toggle_airplane_mode(state: State) -> str:
    """Switch airplane mode; Wi-Fi and VPN do not survive it."""
    device = own_device(state)
    device["airplane_mode"] = not device["airplane_mode"]
    if device["airplane_mode"]:
        drop_wifi(device)
        drop_vpn(device)
    else:
        device["network_connection_status"] = "searching"
        if device["wifi_enabled"]:
            drop_wifi(device)
    search_network(state)
    return f"Airplane Mode is now {on_off(device['airplane_mode'])}.\n{status_bar(state)}"


def toggle_data(state: State) -> str:
    """Switch mobile data."""
    return f"Mobile Data is now {_switched(state, 'data_enabled')}.\n{status_bar(state)}"


def toggle_roaming(state: State) -> str:
    """Switch data roaming."""
    return f"Data Roaming is now {_switched(state, 'roaming_enabled')}.\n{status_bar(state)}"


def check_data_restriction_status(state: State) -> str:
    """Tell whether data saver is on."""
    if device_of(state)["data_saver_mode"]:
        return "Data Saver mode is ON (limits data usage)."
    return "Data Saver mode is OFF."


def toggle_data_saver_mode(state: State) -> str:
    """Switch data saver."""
    is_on = _flipped(own_device(state), "data_saver_mode")
    return f"Data Saver Mode is now {on_off(is_on)}.\n{status_bar(state)}"


def check_wifi_status(state: State) -> str:
    """Tell whether Wi-Fi is on and connected."""
    device = device_of(state)
    if not device["wifi_enabled"]:
        return "Wi-Fi is turned OFF."
    if not device["wifi_connected"]:
        return "Wi-Fi is ON but not connected to any network."
    ssid, signal = device["wifi_ssid"], device["wifi_signal_strength"]
    return f"Wi-Fi is ON and connected to '{ssid}'. Signal strength: {signal}."


def toggle_wifi(state: State) -> str:
    """Switch Wi-Fi; not in airplane mode."""
    if device_of(state)["airplane_mode"]:
        return f"Cannot change Wi-Fi settings while Airplane Mode is ON.\n{status_bar(state)}"
    device = own_device(state)
    is_on = _flipped(device, "wifi_enabled")
    if not is_on:
        drop_wifi(device)
    return f"Wi-Fi is now {on_off(is_on)}.\n{status_bar(state)}"


def check_wifi_calling_status(state: State) -> str:
    """Tell whether calls may go over Wi-Fi."""
    return f"Wi-Fi Calling is currently turned {on_off(device_of(state)['wifi_calling_enabled'])}."


def toggle_wifi_calling(state: State) -> str:
    """Switch calls over Wi-Fi."""
    is_on = _flipped(own_device(state), "wifi_calling_enabled")
    return f"Wi-Fi Calling is now {on_off(is_on)}.\n{status_bar(state)}"


def drop_wifi(device: JsonObject) -> None:
    """Leave the Wi-Fi network."""
    device["wifi_connected"] = False
    device["wifi_ssid"] = None
    device["wifi_signal_strength"] = "none"


def _switched(state: State, name: str) -> str:
    is_on = _flipped(own_device(state), name)
    search_network(state)
    return on_off(is_on)


def _flipped(device: JsonObject, name: str) -> bool:
    is_on = not device[name]
    device[name] = is_on
    return is_on


def _value_of(mode: JsonValue) -> str:
    if not isinstance(mode, str):
        raise lacking(mode, "value")
    return mode
