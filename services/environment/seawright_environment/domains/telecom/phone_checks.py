"""tau2-bench's assertions about the phone."""

from collections.abc import Mapping

from pydantic import JsonValue

from seawright_environment.core.domain_content import Assertion
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import device_of, surroundings_of
from seawright_environment.domains.telecom.phone_network import (
    is_data_working,
    is_mms_working,
    measured_speed,
)

_SERVICES = ("connected", "searching", "no_service", "emergency_only")


def assert_airplane_mode_status(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether airplane mode is as `expected_status` says."""
    return device_of(state)["airplane_mode"] == given["expected_status"]


def assert_service_status(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether the connection's status is `expected_status`."""
    wanted = given["expected_status"]
    if wanted not in _SERVICES:
        raise ValueError(f"{wanted!r} is not a valid NetworkStatus")
    return device_of(state)["network_connection_status"] == wanted


def assert_mobile_data_status(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether mobile data works as `expected_status` says."""
    return is_data_working(state) == given["expected_status"]


def assert_mobile_roaming_status(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether data roaming is as `expected_status` says."""
    return device_of(state)["roaming_enabled"] == given["expected_status"]


def assert_mobile_data_saver_mode_status(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether data saver is as `expected_status` says."""
    return device_of(state)["data_saver_mode"] == given["expected_status"]


def assert_internet_speed(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether data is as fast as `expected_speed`, and called `expected_desc` if that is told."""
    speed, wanted = measured_speed(state), given["expected_speed"]
    assert isinstance(wanted, int | float)
    grade = given.get("expected_desc")
    is_called_so = grade is None or speed.grade.lower() == str(grade).lower()
    return (speed.mbps or 0.0) >= wanted and is_called_so


def assert_internet_not_excellent(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether data is slower than excellent."""
    del given
    return measured_speed(state).grade != "Excellent"


def assert_can_send_mms(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether pictures can be sent as `expected_status` says."""
    return is_mms_working(state) == given["expected_status"]


def assert_mobile_data_usage_exceeded(state: State, given: Mapping[str, JsonValue]) -> bool:
    """Whether the data of the plan is used up as `expected_status` says."""
    return surroundings_of(state)["mobile_data_usage_exceeded"] == given["expected_status"]


USER_ASSERTIONS: Mapping[str, Assertion] = {
    "assert_airplane_mode_status": assert_airplane_mode_status,
    "assert_can_send_mms": assert_can_send_mms,
    "assert_internet_not_excellent": assert_internet_not_excellent,
    "assert_internet_speed": assert_internet_speed,
    "assert_mobile_data_saver_mode_status": assert_mobile_data_saver_mode_status,
    "assert_mobile_data_status": assert_mobile_data_status,
    "assert_mobile_data_usage_exceeded": assert_mobile_data_usage_exceeded,
    "assert_mobile_roaming_status": assert_mobile_roaming_status,
    "assert_service_status": assert_service_status,
}
"""By tau2-bench's function names."""
