"""What goes wrong with a phone before a task starts; no party may call these."""

from collections.abc import Callable

from pydantic import JsonValue

from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import (
    apn_field,
    device_of,
    on_off,
    own_device,
    own_surroundings,
)
from seawright_environment.domains.telecom.phone_network import search_network
from seawright_environment.domains.telecom.phone_settings import (
    toggle_airplane_mode,
    toggle_data,
    toggle_data_saver_mode,
    toggle_roaming,
)

_LOCKS = ("pin", "puk")


def set_user_info(state: State, name: JsonValue, phone_number: JsonValue) -> str:
    """Say whose phone it is."""
    _refuse_other_than(state, "a text", name=isinstance(name, str))
    _refuse_other_than(state, "a text", phone_number=isinstance(phone_number, str))
    surroundings = own_surroundings(state)
    surroundings["name"] = name
    surroundings["phone_number"] = phone_number
    return ""


def set_user_location(state: State, abroad: JsonValue) -> str:
    """Say whether the user is abroad."""
    _refuse_other_than(state, "true or false", abroad=isinstance(abroad, bool))
    own_surroundings(state)["is_abroad"] = abroad
    return ""


def turn_airplane_mode_on(state: State) -> str:
    """Switch airplane mode on; what is on already goes off and on again."""
    _toggled_until(state, toggle_airplane_mode, "airplane_mode", is_on=True)
    return "Airplane Mode is now ON."


def turn_airplane_mode_off(state: State) -> str:
    """Switch airplane mode off."""
    _toggled_until(state, toggle_airplane_mode, "airplane_mode", is_on=False)
    return "Airplane Mode is now OFF."


def turn_data_on(state: State) -> str:
    """Switch mobile data on, and leave the network as it is."""
    own_device(state)["data_enabled"] = True
    return "Data connection restored."


def turn_data_off(state: State) -> str:
    """Switch mobile data off."""
    _toggled_until(state, toggle_data, "data_enabled", is_on=False)
    return "Data connection broken."


def turn_roaming_on(state: State) -> str:
    """Switch data roaming on."""
    _toggled_until(state, toggle_roaming, "roaming_enabled", is_on=True)
    return "Data Roaming is now ON."


def turn_roaming_off(state: State) -> str:
    """Switch data roaming off."""
    _toggled_until(state, toggle_roaming, "roaming_enabled", is_on=False)
    return "Data Roaming is now OFF."


def turn_data_saver_mode_on(state: State) -> str:
    """Switch data saver on."""
    _toggled_until(state, toggle_data_saver_mode, "data_saver_mode", is_on=True)
    return "Data Saver Mode is now ON."


def turn_data_saver_mode_off(state: State) -> str:
    """Switch data saver off."""
    _toggled_until(state, toggle_data_saver_mode, "data_saver_mode", is_on=False)
    return "Data Saver Mode is now OFF."


def unseat_sim_card(state: State) -> str:
    """Take the SIM card out."""
    own_device(state)["sim_card_missing"] = True
    search_network(state)
    return "SIM card un-seated successfully."


def lock_sim_card(state: State, mode: JsonValue) -> str:
    """Lock the SIM card with its PIN or PUK."""
    _refuse_other_than(state, "pin or puk", mode=mode in _LOCKS)
    device = own_device(state)
    if mode in _LOCKS:
        device["sim_card_status"] = f"locked_{mode}"
    search_network(state)
    return f"SIM card locked successfully in {mode} mode."


def break_apn_settings(state: State) -> str:
    """Point the phone to an access point that does not work."""
    _own_apn(state, "apn_name")["apn_name"] = "broken"
    search_network(state)
    return "APN settings broken. Please call reset_apn_settings() to fix."


def break_apn_mms_setting(state: State) -> str:
    """Forget where picture messages go."""
    _own_apn(state, "mmsc_url")["mmsc_url"] = None
    return "APN MMS setting broken. Please call reset_apn_settings() to fix."


def set_wifi_calling(state: State, enabled: JsonValue, mms_over_wifi: JsonValue = None) -> str:
    """Switch calls over Wi-Fi, and whether pictures go that way, too."""
    _refuse_other_than(state, "true or false", enabled=isinstance(enabled, bool))
    is_choice = mms_over_wifi is None or isinstance(mms_over_wifi, bool)
    _refuse_other_than(state, "true, false or nothing", mms_over_wifi=is_choice)
    device = own_device(state)
    if device["wifi_calling_enabled"] != enabled:
        device["wifi_calling_enabled"] = not device["wifi_calling_enabled"]
    told = f"Wi-Fi Calling is now {on_off(enabled)}."
    if mms_over_wifi is None:
        return told
    device["wifi_calling_mms_over_wifi"] = mms_over_wifi
    return f"{told}\nMMS over Wi-Fi is now {on_off(mms_over_wifi)}."


def simulate_network_search(state: State) -> str:
    """Have the phone look for a network."""
    search_network(state)
    return ""


def _toggled_until(state: State, toggle: Callable[[State], str], name: str, *, is_on: bool) -> None:
    """Toggle once, and once more if that was wrong: both are felt by the rest of the phone."""
    toggle(state)
    if device_of(state)[name] != is_on:
        toggle(state)


def _own_apn(state: State, name: str) -> dict[str, JsonValue]:
    apn = own_device(state)["active_apn_settings"]
    apn_field(apn, name)
    assert isinstance(apn, dict)
    return apn


def _refuse_other_than(state: State, wanted: str, **fits: bool) -> None:
    """Refuse a wrong argument; tau2-bench takes it as it is."""
    for name, is_fit in fits.items():
        if not is_fit and not state.base.is_exact:
            raise ValueError(f"{name} should be {wanted}")
