"""The user's tools and the functions that prepare his phone, by name."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from seawright_environment.core.toolkits import Tool, ToolKind, Toolkit
from seawright_environment.domains.telecom import (
    phone_apps,
    phone_faults,
    phone_network,
    phone_repairs,
    phone_settings,
    phone_vpn,
)
from seawright_environment.domains.telecom.phone import MODES

Schema = dict[str, JsonValue]


def _text(name: str, words: str) -> Schema:
    return {"description": words, "title": name.replace("_", " ").title(), "type": "string"}


def _optional(title: str, kind: str, default: JsonValue, words: str) -> Schema:
    either: list[JsonValue] = [{"type": kind}, {"type": "null"}]
    return {"anyOf": either, "default": default, "description": words, "title": title}


_APN: Schema = {
    "additionalProperties": False,
    "description": "Where the phone finds the carrier's data network.",
    "properties": {
        "apn_name": {
            "$ref": "#/$defs/APNNames",
            "default": "internet",
            "description": "Which access point is used.",
        },
        "reset_at_reboot": {
            "default": False,
            "description": "Whether a restart brings the defaults back.",
            "title": "Reset At Reboot",
            "type": "boolean",
        },
        "mms_apn": _optional("Mms Apn", "string", "mms", "Access point of picture messages."),
        "mmsc_url": _optional(
            "Mmsc Url",
            "string",
            "http://mms.carrier.com/mms/wapenc",
            "Where picture messages are sent; without it, none are.",
        ),
        "mms_proxy": _optional("Mms Proxy", "string", None, "Proxy of picture messages, if any."),
        "mms_port": _optional("Mms Port", "integer", None, "That proxy's port, if any."),
    },
    "title": "APNSettings",
    "type": "object",
}
_APN_NAMES: Schema = {"enum": ["internet", "broken"], "title": "APNNames", "type": "string"}
_MODE: Schema = {
    "anyOf": [{"$ref": "#/$defs/NetworkModePreference"}, {"type": "string"}],
    "description": "The newest network that may be used, for example '4g_5g_preferred'.",
    "title": "Mode",
}
_MODES: Schema = {"enum": [*MODES], "title": "NetworkModePreference", "type": "string"}
_APN_ARGUMENT: Schema = {
    "anyOf": [
        {"$ref": "#/$defs/APNSettings"},
        {"additionalProperties": True, "type": "object"},
    ],
    "description": "The settings, by name; what is not named takes its default.",
    "title": "Apn Settings",
}


def _plain(kind: ToolKind, description: str, run: Callable[..., str]) -> Tool:
    return Tool(name=run.__name__, kind=kind, description=description, parameters={}, run=run)


_TOOLS = (
    _plain(
        "read",
        "Look at the icons at the top of the screen: signal, data, VPN, battery.",
        phone_settings.check_status_bar,
    ),
    _plain(
        "read",
        "Look up how the phone is connected: airplane mode, SIM, signal, data, roaming, Wi-Fi.",
        phone_settings.check_network_status,
    ),
    _plain(
        "read",
        "Look up which generations of network the phone may use.",
        phone_settings.check_network_mode_preference,
    ),
    Tool(
        name="set_network_mode_preference",
        kind="write",
        description="Choose which generations of network the phone may use.",
        parameters={"mode": _MODE},
        definitions={"NetworkModePreference": _MODES},
        run=phone_settings.set_network_mode_preference,
    ),
    _plain(
        "read",
        "Measure how fast mobile data is right now, and hear what that is enough for.",
        phone_network.run_speed_test,
    ),
    _plain(
        "write",
        "Switch airplane mode: on if it was off, off if it was on.",
        phone_settings.toggle_airplane_mode,
    ),
    _plain(
        "read",
        "See whether the SIM card is in place and unlocked.",
        phone_repairs.check_sim_status,
    ),
    _plain(
        "write",
        "Take the SIM card out and put it back in.",
        phone_repairs.reseat_sim_card,
    ),
    _plain(
        "write",
        "Switch mobile data: on if it was off, off if it was on.",
        phone_settings.toggle_data,
    ),
    _plain(
        "write",
        "Switch data roaming: on if it was off, off if it was on.",
        phone_settings.toggle_roaming,
    ),
    _plain(
        "read",
        "See whether data saver holds data back.",
        phone_settings.check_data_restriction_status,
    ),
    _plain(
        "write",
        "Switch data saver: on if it was off, off if it was on.",
        phone_settings.toggle_data_saver_mode,
    ),
    _plain(
        "read",
        "Look up the access point in use and the address for picture messages.",
        phone_repairs.check_apn_settings,
    ),
    Tool(
        name="set_apn_settings",
        kind="write",
        description="Enter other APN settings; what is left out takes its default.",
        parameters={"apn_settings": _APN_ARGUMENT},
        definitions={"APNNames": _APN_NAMES, "APNSettings": _APN},
        run=phone_repairs.set_apn_settings,
    ),
    _plain(
        "write",
        "Bring the default APN settings back at the next restart of the phone.",
        phone_repairs.reset_apn_settings,
    ),
    _plain(
        "read",
        "See whether Wi-Fi is on, and to which network the phone is connected.",
        phone_settings.check_wifi_status,
    ),
    _plain(
        "write",
        "Switch Wi-Fi: on if it was off, off if it was on. Not possible in airplane mode.",
        phone_settings.toggle_wifi,
    ),
    _plain(
        "read",
        "See whether calls may go over Wi-Fi.",
        phone_settings.check_wifi_calling_status,
    ),
    _plain(
        "write",
        "Switch calls over Wi-Fi: on if they were off, off if they were on.",
        phone_settings.toggle_wifi_calling,
    ),
    _plain(
        "read",
        "See whether a VPN is connected, and to which server.",
        phone_vpn.check_vpn_status,
    ),
    _plain("write", "Turn the VPN connection on.", phone_vpn.connect_vpn),
    _plain("write", "Turn the VPN connection off.", phone_vpn.disconnect_vpn),
    _plain("read", "List the apps on the phone.", phone_apps.check_installed_apps),
    Tool(
        name="check_app_status",
        kind="read",
        description="Look one app over: what it is allowed, one thing a line.",
        parameters={"app_name": _text("app_name", "Which app, for example 'messaging'.")},
        run=phone_apps.check_app_status,
    ),
    Tool(
        name="check_app_permissions",
        kind="read",
        description="See what one app is allowed.",
        parameters={"app_name": _text("app_name", "Which app, for example 'messaging'.")},
        run=phone_apps.check_app_permissions,
    ),
    Tool(
        name="grant_app_permission",
        kind="write",
        description="Allow one app one more thing, such as storage or sms.",
        parameters={
            "app_name": _text("app_name", "Which app, for example 'messaging'."),
            "permission": _text("permission", "What it is allowed, in small letters."),
        },
        run=phone_apps.grant_app_permission,
    ),
    _plain(
        "read",
        "Try whether the messaging app gets picture messages out.",
        phone_network.can_send_mms,
    ),
    _plain("write", "Turn the phone off and on again.", phone_repairs.reboot_device),
    _plain(
        "read",
        "See whether the assistant has asked for the payment of a bill.",
        phone_apps.check_payment_request,
    ),
    _plain(
        "write",
        "Pay the bill that the assistant has asked to be paid.",
        phone_apps.make_payment,
    ),
)
_FAULTS: Mapping[Callable[..., str], Mapping[str, Schema]] = {
    phone_faults.set_user_info: {
        "name": _text("name", "Who holds the phone."),
        "phone_number": _text("phone_number", "The number of the line in it."),
    },
    phone_faults.set_user_location: {"abroad": {"type": "boolean"}},
    phone_faults.turn_airplane_mode_on: {},
    phone_faults.turn_airplane_mode_off: {},
    phone_faults.turn_data_on: {},
    phone_faults.turn_data_off: {},
    phone_faults.turn_roaming_on: {},
    phone_faults.turn_roaming_off: {},
    phone_faults.turn_data_saver_mode_on: {},
    phone_faults.turn_data_saver_mode_off: {},
    phone_faults.unseat_sim_card: {},
    phone_faults.lock_sim_card: {"mode": {"type": "string", "enum": ["pin", "puk"]}},
    phone_faults.break_apn_settings: {},
    phone_faults.break_apn_mms_setting: {},
    phone_vpn.break_vpn: {},
    phone_faults.set_wifi_calling: {
        "enabled": {"type": "boolean"},
        "mms_over_wifi": {"anyOf": [{"type": "boolean"}, {"type": "null"}], "default": None},
    },
    phone_apps.remove_app_permission: {
        "app_name": _text("app_name", "Which app, for example 'messaging'."),
        "permission": _text("permission", "What it is no longer allowed."),
    },
    phone_faults.simulate_network_search: {},
}

USER_TOOLKIT = Toolkit(label="TelecomUserTools", tools={tool.name: tool for tool in _TOOLS})

USER_FUNCTIONS: Mapping[str, Tool] = {
    run.__name__: Tool(
        name=run.__name__,
        kind="write",
        description=(run.__doc__ or "").partition("\n")[0],
        parameters=parameters,
        defaults={name: None for name, schema in parameters.items() if "default" in schema},
        run=run,
    )
    for run, parameters in _FAULTS.items()
}
"""What prepares a phone before a task starts; no party may call these."""
