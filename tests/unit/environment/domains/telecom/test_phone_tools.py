"""The phone of telecom's user: laws of its network, and where its tools are corrected."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawright_environment.core.sides import user_document
from seawright_environment.core.world import World
from seawright_environment.domains.telecom.phone import MODES
from seawright_environment.domains.telecom.phone_tools import USER_FUNCTIONS, USER_TOOLKIT
from tests.unit.environment.domains.telecom.phones import (
    BATTERY,
    device,
    holds,
    phone,
    prepare,
    use,
)

PLAIN = sorted(name for name, tool in USER_TOOLKIT.tools.items() if not tool.parameters)
READS = sorted(name for name in PLAIN if USER_TOOLKIT.tools[name].kind == "read")
FAULTS = sorted(name for name, tool in USER_FUNCTIONS.items() if not tool.parameters)
TWICE = ("airplane_mode", "data", "roaming", "data_saver_mode", "wifi", "wifi_calling")
STEPS = st.lists(st.sampled_from([*PLAIN, *FAULTS]), max_size=12)


def after(steps: list[str], *, is_exact: bool) -> World:
    """Return a phone after some tools and faults."""
    world = phone(is_exact=is_exact)
    for name in steps:
        result = prepare(world, name) if name in FAULTS else use(world, name)
        assert not result.error, (name, result.content)
    return world


@given(steps=STEPS, is_exact=st.booleans())
@settings(max_examples=60)
def test_whatever_happens_a_phone_without_service_has_no_network_and_no_data(
    steps: list[str], is_exact: bool
):
    world = after(steps, is_exact=is_exact)
    here = device(world)
    is_off = here["network_connection_status"] == "no_service"
    assert is_off == (here["network_technology_connected"] == "none")
    assert is_off == (here["network_signal_strength"] == "none")
    if is_off or not here["data_enabled"]:
        assert use(world, "run_speed_test").content == "Speed test failed: No Connection."
        assert use(world, "can_send_mms").content.startswith("Your messaging app cannot")
    if here["airplane_mode"] or here["sim_card_missing"]:
        assert is_off


@given(steps=STEPS, name=st.sampled_from(READS), is_exact=st.booleans())
@settings(max_examples=60)
def test_looking_changes_nothing(steps: list[str], name: str, is_exact: bool):
    world = after(steps, is_exact=is_exact)
    before, told = world.user_state_hash(), use(world, name).content
    assert use(world, name).content == told
    assert world.user_state_hash() == before


@given(steps=STEPS, name=st.sampled_from(TWICE))
@settings(max_examples=60)
def test_toggling_twice_leaves_the_setting_as_it_was(steps: list[str], name: str):
    world = after(steps, is_exact=False)
    field = {"data": "data_enabled", "roaming": "roaming_enabled"}.get(name, name)
    field = {"wifi": "wifi_enabled", "wifi_calling": "wifi_calling_enabled"}.get(name, field)
    before = device(world)[field]
    use(world, f"toggle_{name}")
    use(world, f"toggle_{name}")
    assert device(world)[field] == before


@given(steps=STEPS)
@settings(max_examples=60)
def test_every_fault_but_a_locked_card_can_be_repaired_by_the_user(steps: list[str]):
    world = after(steps, is_exact=False)
    use(world, "set_network_mode_preference", mode="4g_5g_preferred")
    use(world, "reseat_sim_card")
    for name, field, wanted in (
        ("airplane_mode", "airplane_mode", False),
        ("data", "data_enabled", True),
        ("data_saver_mode", "data_saver_mode", False),
        ("wifi_calling", "wifi_calling_enabled", False),
    ):
        if device(world)[field] != wanted:
            use(world, f"toggle_{name}")
    use(world, "disconnect_vpn")
    use(world, "reset_apn_settings")
    use(world, "reboot_device")
    assert holds(world, "assert_internet_speed", expected_speed=200, expected_desc="excellent")
    assert holds(world, "assert_can_send_mms", expected_status=True)
    assert holds(world, "assert_service_status", expected_status="connected")


@pytest.mark.parametrize(
    ("mode", "speed"),
    [
        ("2g_only", "0.05 Mbps (Very Poor). Connection is very slow."),
        ("3g_only", "1.50 Mbps (Poor). Connection is slow."),
        ("4g_only", "44.00 Mbps (Good). Connection is good"),
        ("4g_5g_preferred", "275.00 Mbps (Excellent). Connection is very fast."),
    ],
)
def test_the_speed_follows_from_the_network(mode: str, speed: str):
    world = phone()
    use(world, "set_network_mode_preference", mode=mode)
    assert use(world, "run_speed_test").content.startswith(f"Speed Test Result: {speed}")


def test_without_5g_around_the_phone_takes_4g():
    world = phone(signal_strength={"2G": "poor", "3G": "fair", "4G": "good", "5G": "none"})
    use(world, "reboot_device")
    assert device(world)["network_technology_connected"] == "4G"
    assert device(world)["network_signal_strength"] == "good"


def test_abroad_data_needs_roaming_on_the_phone_and_on_the_line():
    for is_on, is_allowed in ((False, True), (True, False), (True, True)):
        world = phone(roaming_allowed=is_allowed)
        prepare(world, "set_user_location", abroad=True)
        prepare(world, "turn_roaming_on" if is_on else "turn_roaming_off")
        is_working = is_on and is_allowed
        assert holds(world, "assert_mobile_data_status", expected_status=is_working)
        assert holds(world, "assert_mobile_roaming_status", expected_status=is_on)


def test_a_used_up_plan_or_a_suspended_line_stops_data():
    used_up = phone(mobile_data_usage_exceeded=True)
    assert holds(used_up, "assert_mobile_data_usage_exceeded", expected_status=True)
    assert holds(used_up, "assert_mobile_data_status", expected_status=False)
    suspended = phone(line_active=False)
    use(suspended, "reboot_device")
    assert holds(suspended, "assert_service_status", expected_status="no_service")


@pytest.mark.parametrize(("mode", "told"), [("pin", "a PIN code"), ("puk", "a PUK code")])
def test_a_locked_card_gives_no_service_and_says_how_it_is_locked(mode: str, told: str):
    world = phone()
    prepare(world, "lock_sim_card", mode=mode)
    assert use(world, "check_sim_status").content == f"The SIM card is locked with {told}."
    assert holds(world, "assert_service_status", expected_status="no_service")
    use(world, "reseat_sim_card")
    assert holds(world, "assert_service_status", expected_status="no_service")


def test_pictures_need_the_address_the_permissions_and_no_wifi_calling():
    for name, arguments in (
        ("break_apn_mms_setting", {}),
        ("remove_app_permission", {"app_name": "messaging", "permission": "sms"}),
        ("remove_app_permission", {"app_name": "messaging", "permission": "storage"}),
        ("set_wifi_calling", {"enabled": True, "mms_over_wifi": True}),
        ("set_network_mode_preference", {"mode": "2g_only"}),
    ):
        world = phone()
        assert holds(world, "assert_can_send_mms", expected_status=True)
        assert not prepare(world, name, **arguments).error
        assert holds(world, "assert_can_send_mms", expected_status=False), name


def test_apps_tell_what_they_may():
    world = phone()
    checked = use(world, "check_app_status", app_name="bare").content
    assert checked == "Status for App: bare\n - Permissions: None granted."
    told = use(world, "check_app_permissions", app_name="bare").content
    assert told == "App 'bare' currently has no permissions granted."
    granted = use(world, "grant_app_permission", app_name="bare", permission="SMS").content
    assert granted.startswith("Success. Permission 'sms' granted to app 'bare'.\nStatus Bar: ")
    told = use(world, "check_app_permissions", app_name="bare").content
    assert told == "App 'bare' has permission for: sms."


def test_airplane_mode_drops_the_vpn():
    world = phone()
    use(world, "connect_vpn")
    told = use(world, "toggle_airplane_mode").content
    assert told == f"Airplane Mode is now ON.\nStatus Bar: \u2708\ufe0f Airplane Mode | {BATTERY}"
    assert use(world, "check_vpn_status").content == "VPN is turned OFF."


def test_a_spoilt_vpn_stays_slow_in_tau2_benchs_mode_alone():
    for is_exact in (True, False):
        world = phone(is_exact=is_exact)
        prepare(world, "break_vpn")
        assert "PerformanceLevel.POOR: 'poor'" in use(world, "check_vpn_status").content
        use(world, "disconnect_vpn")
        assert set(user_document(world.state)) == {"device", "surroundings"}
        forked = world.fork()
        assert use(forked, "connect_vpn").content.startswith("VPN connected successfully.")
        assert ("POOR" in use(forked, "check_vpn_status").content) == is_exact
        assert holds(forked, "assert_internet_not_excellent") == is_exact


@pytest.mark.parametrize(
    ("name", "arguments", "exactly"),
    [
        ("set_network_mode_preference", {"mode": 5}, "'int' object has no attribute 'value'"),
        (
            "set_network_mode_preference",
            {"mode": None},
            "'NoneType' object has no attribute 'value'",
        ),
        ("set_apn_settings", {"apn_settings": []}, "'list' object has no attribute 'apn_name'"),
    ],
)
def test_a_wrong_type_is_kept_by_tau2_bench_and_changes_nothing_where_corrected(
    name: str, arguments: dict[str, int], exactly: str
):
    exact, corrected = phone(is_exact=True), phone()
    known = corrected.user_state_hash()
    refused = use(exact, name, **arguments)
    assert (refused.content, refused.error) == (f"Error: {exactly}", True)
    assert exact.user_state_hash() != known
    assert use(corrected, name, **arguments).error
    assert corrected.user_state_hash() == known


@pytest.mark.parametrize("name", ["reseat_sim_card", "toggle_data", "check_apn_settings"])
def test_settings_that_are_none_break_the_phone_in_tau2_benchs_mode(name: str):
    world = phone(is_exact=True)
    use(world, "set_apn_settings", apn_settings="0")
    assert use(world, name).content == "Error: 'str' object has no attribute 'apn_name'"
    for each in ("reset_apn_settings", "reboot_device"):
        told = use(world, each).content
        assert told == "Error: 'str' object has no attribute 'reset_at_reboot'"


def test_a_corrected_start_refuses_faults_that_do_not_exist():
    for name, arguments in (
        ("lock_sim_card", {"mode": "face"}),
        ("set_user_location", {"abroad": "yes"}),
        ("set_user_info", {"name": 5, "phone_number": "555"}),
        ("set_wifi_calling", {"enabled": True, "mms_over_wifi": "no"}),
        ("remove_app_permission", {"app_name": "maps", "permission": "sms"}),
        ("remove_app_permission", {"app_name": "messaging", "permission": "camera"}),
    ):
        assert prepare(phone(), name, **arguments).error, name
        assert not prepare(phone(is_exact=True), name, **arguments).error, name


def test_a_bill_is_paid_once_and_in_tau2_benchs_mode_until_it_is_settled():
    request = {"bill_id": "B1", "amount_due": 65.0, "paid": False}
    paid = "Payment of 65.0 USD has been made for bill B1."
    for is_exact in (True, False):
        world = phone(is_exact=is_exact, payment_request={**request})
        asked = use(world, "check_payment_request").content
        assert asked == "You have a payment request for bill B1 of 65.0 USD."
        assert use(world, "make_payment").content == paid
        again = paid if is_exact else "You do not have a payment request."
        assert use(world, "make_payment").content == again


def test_an_assertion_refuses_a_status_that_does_not_exist():
    with pytest.raises(ValueError, match="'dead' is not a valid NetworkStatus"):
        holds(phone(), "assert_service_status", expected_status="dead")


def test_only_known_modes_are_taken():
    world = phone()
    told = use(world, "set_network_mode_preference", mode="5g_only").content
    assert told.startswith("Failed to set network mode: '5g_only' is not a valid option.")
    assert all(mode in told for mode in MODES)
