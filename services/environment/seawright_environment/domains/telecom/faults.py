"""What can be wrong with a phone and its line, how it comes about, and what cures it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from seawright_environment.domains.telecom.goals_carrier import texts_of
from seawright_shared.records.messages import Requestor
from seawright_shared.records.tasks import EnvironmentCall

Effect = Literal["service", "data", "speed", "mms"]
"""What a fault stops, or (speed) slows; what stops service stops all that needs it."""
Arguments = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong. A cure of no steps: nobody in the conversation can mend it."""

    group: str
    """Of a group, one fault at most holds at a time."""
    effect: Effect
    causes: Sequence[tuple[str, Arguments]]
    """The functions and tools that bring it about; what is named with a `$` is the goal's."""
    cures: Sequence[str]
    """Names of `REMEDIES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One call of a cure; remedies of several faults are applied in the order of their table."""

    requestor: Requestor
    name: str
    arguments: Arguments


_LINE: Arguments = {"customer_id": "$customer_id", "line_id": "$line_id"}
_BILL: Arguments = {"customer_id": "$customer_id", "bill_id": "$bill_id"}
_SUSPEND = "suspend_line_for_overdue_bill"
_BEST = "4g_5g_preferred"


def _by_user(name: str, /, **arguments: JsonValue) -> Remedy:
    return Remedy(requestor="user", name=name, arguments=arguments)


REMEDIES: Mapping[str, Remedy] = {
    "end_airplane_mode": _by_user("toggle_airplane_mode"),
    "reseat": _by_user("reseat_sim_card"),
    "reset_apn": _by_user("reset_apn_settings"),
    "line_roams": Remedy(requestor="assistant", name="enable_roaming", arguments=_LINE),
    "phone_roams": _by_user("toggle_roaming"),
    "data_on": _by_user("toggle_data"),
    "saver_off": _by_user("toggle_data_saver_mode"),
    "best_mode": _by_user("set_network_mode_preference", mode=_BEST),
    "leave_vpn": _by_user("disconnect_vpn"),
    "calls_off_wifi": _by_user("toggle_wifi_calling"),
    "grant_storage": _by_user("grant_app_permission", app_name="messaging", permission="storage"),
    "grant_sms": _by_user("grant_app_permission", app_name="messaging", permission="sms"),
    "request": Remedy(requestor="assistant", name="send_payment_request", arguments=_BILL),
    "pay": _by_user("make_payment"),
    "resume": Remedy(requestor="assistant", name="resume_line", arguments=_LINE),
    "restart": _by_user("reboot_device"),
    "refuel": Remedy(
        requestor="assistant", name="refuel_data", arguments={**_LINE, "gb_amount": "$gb"}
    ),
}
"""In the order of a cure. A restart takes care of all that waits for one: what makes the phone look
for a network comes before, or there would be no need of it. Data is bought last."""


def _fault(group: str, effect: Effect, cause: str, *cures: str, **arguments: JsonValue) -> Fault:
    return Fault(group=group, effect=effect, causes=[(cause, arguments)], cures=cures)


def _abroad(*, phone: bool, line: bool) -> Fault:
    """Return what stands wrong abroad: the phone, the line or both do not roam."""
    return Fault(
        group="roaming",
        effect="data",
        causes=[
            ("set_user_location", {"abroad": True}),
            ("turn_roaming_off" if phone else "turn_roaming_on", {}),
            ("disable_roaming" if line else "enable_roaming", _LINE),
        ],
        cures=[*(["line_roams"] if line else []), *(["phone_roams"] if phone else [])],
    )


def _suspended(cures: Sequence[str], *, contract_ended: bool) -> Fault:
    arguments: Arguments = {
        **_LINE,
        "new_bill_id": "$bill_id",
        "contract_ended": contract_ended,
    }
    causes = [(_SUSPEND, arguments)]
    return Fault(group="line", effect="service", causes=causes, cures=cures)


def _forbidden(*permissions: str) -> Fault:
    return Fault(
        group="permissions",
        effect="mms",
        causes=[
            ("remove_app_permission", {"app_name": "messaging", "permission": permission})
            for permission in permissions
        ],
        cures=[f"grant_{permission}" for permission in permissions],
    )


FAULTS: Mapping[str, Fault] = {
    "line_suspended": _suspended(["request", "pay", "resume", "restart"], contract_ended=False),
    "line_ended": _suspended([], contract_ended=True),
    "data_used_up": _fault(
        "line", "data", "set_data_usage", "refuel", **_LINE, data_used_gb="$used_gb"
    ),
    "airplane_mode": _fault("airplane", "service", "turn_airplane_mode_on", "end_airplane_mode"),
    "sim_missing": _fault("sim", "service", "unseat_sim_card", "reseat"),
    "sim_pin": _fault("sim", "service", "lock_sim_card", mode="pin"),
    "sim_puk": _fault("sim", "service", "lock_sim_card", mode="puk"),
    "apn_broken": _fault("apn", "service", "break_apn_settings", "reset_apn", "restart"),
    "mmsc_missing": _fault("apn", "mms", "break_apn_mms_setting", "reset_apn", "restart"),
    "data_off": _fault("data", "data", "turn_data_off", "data_on"),
    "phone_roaming_off": _abroad(phone=True, line=False),
    "line_roaming_off": _abroad(phone=False, line=True),
    "roaming_off": _abroad(phone=True, line=True),
    "data_saver": _fault("saver", "speed", "turn_data_saver_mode_on", "saver_off"),
    "mode_2g": _fault("mode", "speed", "set_network_mode_preference", "best_mode", mode="2g_only"),
    "mode_3g": _fault("mode", "speed", "set_network_mode_preference", "best_mode", mode="3g_only"),
    "vpn_slow": _fault("vpn", "speed", "break_vpn", "leave_vpn"),
    "wifi_calling": _fault(
        *("wifi", "mms", "set_wifi_calling", "calls_off_wifi"), enabled=True, mms_over_wifi=True
    ),
    "no_storage": _forbidden("storage"),
    "no_sms": _forbidden("sms"),
    "no_permissions": _forbidden("storage", "sms"),
}
"""In the order in which they are brought about: airplane mode would end a VPN."""
GROUPS: Sequence[str] = tuple(dict.fromkeys(fault.group for fault in FAULTS.values()))
UNFIXABLE = frozenset(name for name, fault in FAULTS.items() if not fault.cures)
FIRST_REMEDY = frozenset({"airplane_mode"})
"""What is looked for before anything hopeless is found."""
_STOPS: Mapping[str, tuple[Effect, ...]] = {
    "no_service": ("service",),
    "no_mobile_data": ("service", "data"),
    "slow_data": ("speed",),
    "mms_broken": ("service", "data", "mms"),
}


def faults_in(goal_arguments: Arguments) -> list[str]:
    """Return the names of the faults of a goal, in the order in which they come about."""
    named = texts_of(goal_arguments, "faults")
    return [name for name in FAULTS if name in named]


def causes_of(goal_arguments: Arguments) -> Iterator[EnvironmentCall]:
    """Yield the calls that bring a goal's faults about."""
    for name in faults_in(goal_arguments):
        for function, arguments in FAULTS[name].causes:
            yield EnvironmentCall(
                requestor=_owner(function),
                name=function,
                arguments=_filled(arguments, goal_arguments),
            )


def cures_of(goal_arguments: Arguments) -> list[EnvironmentCall]:
    """Return the calls that cure a goal's faults, of both parties, in order."""
    wanted = {cure for name in faults_in(goal_arguments) for cure in FAULTS[name].cures}
    return [
        EnvironmentCall(
            requestor=remedy.requestor,
            name=remedy.name,
            arguments=_filled(remedy.arguments, goal_arguments),
        )
        for cure, remedy in REMEDIES.items()
        if cure in wanted
    ]


def shows(complaint: str, faults: Sequence[str]) -> bool:
    """Whether a phone with these faults looks as the customer says."""
    effects = {FAULTS[name].effect for name in faults}
    if complaint == "slow_data" and effects & {"service", "data"}:
        return False
    is_2g = complaint == "mms_broken" and "mode_2g" in faults
    return bool(effects & set(_STOPS[complaint])) or is_2g


def spare(complaint: str, faults: Sequence[str]) -> list[str]:
    """Return the faults that the customer does not complain of."""
    wanted = (*_STOPS[complaint], "speed") if complaint == "no_mobile_data" else _STOPS[complaint]
    is_2g = complaint == "mms_broken"
    return [
        name
        for name in faults
        if FAULTS[name].effect not in wanted and not (is_2g and name == "mode_2g")
    ]


def suspends(fault: str) -> bool:
    """Whether a fault puts the line out of service at the carrier, with a bill that is owed."""
    return FAULTS[fault].causes[0][0] == _SUSPEND


def _owner(function: str) -> Requestor:
    is_carrier = function in {"set_data_usage", _SUSPEND}
    is_carrier = is_carrier or function in {"enable_roaming", "disable_roaming"}
    return "assistant" if is_carrier else "user"


def _filled(arguments: Arguments, values: Arguments) -> dict[str, JsonValue]:
    return {
        name: values[value[1:]] if isinstance(value, str) and value.startswith("$") else value
        for name, value in arguments.items()
    }
