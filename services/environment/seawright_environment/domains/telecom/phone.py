"""The user's phone and where he is: the two entities of the table `user`."""

from collections.abc import Mapping
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, copied
from seawright_environment.core.sides import USER_TABLE
from seawright_environment.core.state import State

DEVICE = "device"
SURROUNDINGS = "surroundings"
MODES = ("4g_5g_preferred", "4g_only", "3g_only", "2g_only")
PERMISSIONS = ("sms", "storage", "phone", "network")
APN_FIELDS: Mapping[str, JsonValue] = {
    "apn_name": "internet",
    "reset_at_reboot": False,
    "mms_apn": "mms",
    "mmsc_url": "http://mms.carrier.com/mms/wapenc",
    "mms_proxy": None,
    "mms_port": None,
}
DEVICE_FIELDS: Mapping[str, JsonValue] = {
    "sim_card_status": "active",
    "sim_card_missing": False,
    "airplane_mode": False,
    "network_signal_strength": "good",
    "network_technology_connected": "5G",
    "network_connection_status": "connected",
    "battery_level": 80,
    "data_enabled": True,
    "roaming_enabled": False,
    "network_mode_preference": "4g_5g_preferred",
    "active_apn_settings": {**APN_FIELDS},
    "wifi_enabled": False,
    "wifi_connected": False,
    "wifi_ssid": None,
    "wifi_signal_strength": "none",
    "wifi_calling_enabled": False,
    "wifi_calling_mms_over_wifi": False,
    "data_saver_mode": False,
    "vpn_enabled_setting": False,
    "vpn_connected": False,
    "vpn_details": None,
    "app_statuses": {},
}
SURROUNDINGS_FIELDS: Mapping[str, JsonValue] = {
    "name": None,
    "phone_number": None,
    "is_abroad": False,
    "roaming_allowed": False,
    "signal_strength": {"2G": "poor", "3G": "fair", "4G": "good", "5G": "excellent"},
    "mobile_data_usage_exceeded": False,
    "line_active": True,
    "payment_request": None,
}
_SIGNALS: Mapping[JsonValue, str] = {
    "poor": "\U0001f4f6\u00b9 Poor",
    "fair": "\U0001f4f6\u00b2 Fair",
    "good": "\U0001f4f6\u00b3 Good",
    "excellent": "\U0001f4f6\u2074 Excellent",
}


def user_entities(document: Mapping[str, JsonValue]) -> dict[str, JsonObject]:
    """Return the table `user` of tau2-bench's user file; what the file leaves out is default."""
    device = _filled(DEVICE_FIELDS, document.get(DEVICE))
    device["active_apn_settings"] = {**_filled(APN_FIELDS, device["active_apn_settings"])}
    apps = cast("Mapping[str, JsonObject]", device["app_statuses"])
    device["app_statuses"] = {
        name: {
            "app_name": app["app_name"],
            "permissions": {
                **_filled(dict.fromkeys(PERMISSIONS, False), app.get("permissions")),
            },
        }
        for name, app in apps.items()
    }
    return {
        DEVICE: device,
        SURROUNDINGS: _filled(SURROUNDINGS_FIELDS, document.get(SURROUNDINGS)),
    }


def device_of(state: State) -> JsonObject:
    """Return the phone, not to be changed."""
    return _found(state, DEVICE)


def own_device(state: State) -> JsonObject:
    """Return the phone, to be changed in place."""
    _found(state, DEVICE)
    return state.own(USER_TABLE, DEVICE)


def surroundings_of(state: State) -> JsonObject:
    """Return where the user is and what the network grants him, not to be changed."""
    return _found(state, SURROUNDINGS)


def own_surroundings(state: State) -> JsonObject:
    """Return the surroundings, to be changed in place."""
    _found(state, SURROUNDINGS)
    return state.own(USER_TABLE, SURROUNDINGS)


def apn_field(apn: JsonValue, name: str) -> JsonValue:
    """Return a field of the APN settings; tau2-bench keeps what are none, and fails here."""
    if not isinstance(apn, dict):
        raise lacking(apn, name)
    return apn[name]


def lacking(value: JsonValue, name: str) -> AttributeError:
    """Return Python's refusal of a value that has no such attribute."""
    return AttributeError(f"'{type(value).__name__}' object has no attribute '{name}'")


def sim_status(device: JsonObject) -> str:
    """Return the status of the SIM card; one that is not seated is missing."""
    return "missing" if device["sim_card_missing"] else str(device["sim_card_status"])


def on_off(value: JsonValue) -> str:
    """Return ON or OFF."""
    return "ON" if value else "OFF"


def yes_no(value: JsonValue) -> str:
    """Return Yes or No."""
    return "Yes" if value else "No"


def status_bar(state: State) -> str:
    """Return the line of icons at the top of the screen."""
    device = device_of(state)
    icons = _reception(device)
    if device["wifi_enabled"] and device["wifi_connected"]:
        ssid = device["wifi_ssid"]
        icons.append(f"\U0001f4e1 Connected to {ssid}" if ssid else "\U0001f4e1 Enabled")
    if device["vpn_connected"]:
        icons.append("\U0001f512 VPN Connected")
    icons.append(f"\U0001f50b {device['battery_level']}%")
    return f"Status Bar: {' | '.join(icons)}"


def _reception(device: JsonObject) -> list[str]:
    if device["airplane_mode"]:
        return ["\u2708\ufe0f Airplane Mode"]
    icons = [_SIGNALS.get(device["network_signal_strength"], "\U0001f4f5 No Signal")]
    technology = str(device["network_technology_connected"])
    if technology == "none" or not device["data_enabled"]:
        shown = [] if technology == "none" else [technology]
        return [*icons, *shown, "\U0001f4f5 Data Disabled"]
    icons += [technology, "\U0001f4f1 Data Enabled"]
    return [*icons, "\U0001f53d Data Saver"] if device["data_saver_mode"] else icons


def _found(state: State, key: str) -> JsonObject:
    """Return a part of the user's database; it is gone where the kits share the carrier's."""
    entity = state.find(USER_TABLE, key)
    if entity is None:
        raise AttributeError(f"'TelecomDB' object has no attribute '{key}'")
    return entity


def _filled(fields: Mapping[str, JsonValue], told: JsonValue) -> JsonObject:
    given = told if isinstance(told, dict) else {}
    return {name: copied(given.get(name, default)) for name, default in fields.items()}
