"""What the customer can do with his phone: what asks for it, and how he tells of it."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import device_of
from seawright_shared.records.tasks import Deed, EnvironmentCall

SEES = "It says: {result}"
DID = "Done. It says: {result}"
ASKS: Mapping[str, str] = {
    "check_status_bar": "Please look at the status bar of your phone. What does it show?",
    "check_network_status": "Please look at the network status of your phone. What does it say?",
    "check_sim_status": "Please check the status of the SIM card. What does it say?",
    "run_speed_test": "Please run a speed test. What does it say?",
    "can_send_mms": "Please try to send a picture message. What does your phone say?",
    "check_payment_request": "Please look at the payment request on your phone. What does it say?",
    "make_payment": "If you agree, please pay the bill now.",
    "toggle_airplane_mode": "Airplane mode is on. Please turn off airplane mode.",
    "reseat_sim_card": "Please take the SIM card out and put it back in.",
    "reset_apn_settings": "Please reset the APN settings of your phone.",
    "reboot_device": "Please restart your phone now.",
    "toggle_roaming": "Please turn on data roaming on your phone.",
    "toggle_data": "Please turn on mobile data on your phone.",
    "toggle_data_saver_mode": "Please turn off data saver on your phone.",
    "set_network_mode_preference": "Please set the network mode to 4g_5g_preferred.",
    "disconnect_vpn": "Please disconnect the VPN on your phone.",
    "toggle_wifi_calling": "Please turn off Wi-Fi calling on your phone.",
    "grant_app_permission/storage": "Please grant the messaging app the permission storage.",
    "grant_app_permission/sms": "Please grant the messaging app the permission sms.",
}
"""The agent's request for each deed of a right agent's script."""
_SWITCHES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "toggle_airplane_mode": ("airplane_mode", ("airplane mode", "flight mode")),
    "toggle_data": ("data_enabled", ("mobile data", "cellular data")),
    "toggle_roaming": ("roaming_enabled", ("data roaming", "roaming")),
    "toggle_data_saver_mode": ("data_saver_mode", ("data saver", "data saving")),
    "toggle_wifi": ("wifi_enabled", ("wi-fi", "wifi")),
    "toggle_wifi_calling": ("wifi_calling_enabled", ("wi-fi calling", "wifi calling")),
}
"""The device's field that a tool switches, and what people call it."""
_LOOKS: Mapping[str, Sequence[str]] = {
    "check_status_bar": (
        *("status bar", "status bar|?", "signal bars", "signal bars|?", "top of the screen"),
    ),
    "check_network_status": (
        *("network status", "network status|?", "airplane mode|?", "signal|?"),
        *("mobile data|?", "roaming|?", "check|airplane mode", "check|mobile data"),
    ),
    "check_network_mode_preference": (
        *("check|network mode", "look|network mode", "network mode|?", "preferred network|?"),
        *("network mode preference|?", "check|preferred network"),
    ),
    "check_sim_status": ("check|sim", "look|sim", "sim|?", "sim status", "sim card|?"),
    "check_data_restriction_status": ("check|data saver", "look|data saver", "data saver|?"),
    "check_apn_settings": ("check|apn", "look|apn", "apn|?"),
    "check_wifi_status": ("check|wi-fi", "wi-fi|?", "check|wifi", "wifi|?"),
    "check_wifi_calling_status": (
        *("check|wi-fi calling", "wi-fi calling|?", "check|wifi calling", "wifi calling|?"),
    ),
    "check_vpn_status": ("check|vpn", "look|vpn", "vpn|?"),
    "check_installed_apps": ("apps|installed", "installed apps", "list|apps"),
    "run_speed_test": ("speed test", "speed test|?", "test|speed", "measure|speed"),
    "can_send_mms": (
        *("try|picture message", "send|picture message", "test|mms", "send|mms", "mms|?"),
        *("try|picture", "picture messages|?"),
    ),
    "check_payment_request": (
        *("look|payment request", "check|payment request", "see|payment request"),
        *("open|payment request", "payment request|?"),
    ),
}
"""Words that ask for a look, alternatives in the order of `Deed.cues`."""
_ACTS: Mapping[str, Sequence[str]] = {
    "make_payment": ("make|payment", "pay|bill", "pay it", "pay now", "go ahead|pay"),
    "reseat_sim_card": (
        *("reseat", "re-seat", "take|sim", "remove|sim", "reinsert|sim", "re-insert|sim"),
    ),
    "reset_apn_settings": ("reset|apn", "restore|apn"),
    "reboot_device": (
        *("restart|phone", "reboot", "restart|device", "phone|off and on", "restart it"),
        *("power|off and on", "phone|off and back on"),
    ),
    "connect_vpn": ("connect|vpn", "turn on|vpn", "vpn on"),
    "disconnect_vpn": (
        "disconnect|vpn",
        "turn off|vpn",
        "disable|vpn",
        "vpn off",
        "switch off|vpn",
    ),
}
_MODES: Mapping[str, Sequence[str]] = {
    "4g_5g_preferred": (
        *("4g_5g_preferred", "set|network mode", "change|network mode", "choose|network mode"),
        *("switch|network mode", "prefer|5g"),
    ),
    "4g_only": ("4g_only",),
    "3g_only": ("3g_only",),
}
_PERMISSIONS = ("storage", "sms", "network")
_SHORT = (
    *("check_status_bar", "check_network_status", "run_speed_test", "check_payment_request"),
    *("make_payment", "reboot_device"),
)


def ask_for(deed: EnvironmentCall) -> str:
    """Return how a right agent asks for a deed."""
    permission = deed.arguments.get("permission")
    return ASKS[f"{deed.name}/{permission}" if permission else deed.name]


def all_deeds(state: State) -> list[Deed]:
    """Return whatever a customer with this phone in his hands can do when he is asked."""
    device = device_of(state)
    found = [deed for name in _SWITCHES for deed in _switch(device, name)]
    found += [_deed(name, cues, SEES) for name, cues in _LOOKS.items()]
    found += [_deed(name, cues, DID) for name, cues in _ACTS.items()]
    found += [
        _deed("set_network_mode_preference", cues, DID, mode=mode) for mode, cues in _MODES.items()
    ]
    app: dict[str, JsonValue] = {"app_name": "messaging"}
    looks = ("check|permission", "permissions|?", "check|permissions", "look|permissions")
    found.append(_deed("check_app_permissions", (*looks, "permission|?"), SEES, **app))
    for name in _PERMISSIONS:
        cues = (f"grant|{name}", f"allow|{name}", f"give|{name}", f"enable|{name} permission")
        found.append(_deed("grant_app_permission", cues, DID, **app, permission=name))
    return found


def few_deeds(state: State) -> list[Deed]:
    """Return what a customer can do whose phone nobody needs to mend."""
    return [deed for deed in all_deeds(state) if deed.name in _SHORT]


def _switch(device: JsonObject, name: str) -> list[Deed]:
    """Return both ways of a switch: first the one that it is not in now."""
    field, labels = _SWITCHES[name]
    words = ("off", "on") if device[field] else ("on", "off")
    return [
        Deed(
            name=name,
            cues=[[name], *(cue for label in labels for cue in _switching(word, label))],
            says=DID,
            alternates=True,
        )
        for word in words
    ]


def _switching(word: str, label: str) -> list[list[str]]:
    verb = "enable" if word == "on" else "disable"
    return [
        [f"turn {word}", label],
        [f"switch {word}", label],
        [f"{label} {word}"],
        [verb, label],
        ["toggle", label],
    ]


def _deed(name: str, cues: Sequence[str], says: str, /, **arguments: JsonValue) -> Deed:
    told = [[name]] if not arguments else []
    return Deed(
        name=name,
        arguments=arguments,
        cues=[*told, *(cue.split("|") for cue in cues)],
        says=says,
    )
