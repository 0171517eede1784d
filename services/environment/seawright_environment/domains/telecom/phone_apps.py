"""The phone's apps and what they may do; bills that the user is asked to pay."""

from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.state import State
from seawright_environment.domains.telecom.phone import (
    device_of,
    own_device,
    own_surroundings,
    status_bar,
    surroundings_of,
)


def check_installed_apps(state: State) -> str:
    """Return the apps' names."""
    names = ", ".join(_apps(device_of(state)))
    return f"The following apps are installed on the phone: {names}"


def check_app_status(state: State, app_name: str) -> str:
    """Return an app's permissions, one a line."""
    granted = _granted(state, app_name)
    if granted is None:
        return f"App '{app_name}' not found on this phone."
    heading = " - Permissions Granted:" if granted else " - Permissions: None granted."
    lines = [f"Status for App: {app_name}", heading, *(f"   - {name}" for name in granted)]
    return "\n".join(lines)


def check_app_permissions(state: State, app_name: str) -> str:
    """Return an app's permissions in one line."""
    granted = _granted(state, app_name)
    if granted is None:
        return f"App '{app_name}' not found on this phone."
    if not granted:
        return f"App '{app_name}' currently has no permissions granted."
    return f"App '{app_name}' has permission for: {', '.join(granted)}."


def grant_app_permission(state: State, app_name: str, permission: str) -> str:
    """Let an app do something."""
    app = _apps(device_of(state)).get(app_name)
    name = permission.lower()
    if app is None:
        told = f"Error. App '{app_name}' not found. Cannot grant permission."
    elif name not in _permissions(app):
        told = (
            f"Error. Permission '{name}' not tracked for app '{app_name}', "
            f"available permissions: {[*_permissions(app)]}"
        )
    else:
        permit(state, app_name, name, is_granted=True)
        told = f"Success. Permission '{name}' granted to app '{app_name}'."
    return f"{told}\n{status_bar(state)}"


def remove_app_permission(state: State, app_name: str, permission: str) -> str:
    """Take a permission from an app: no tool, prepares a task's start."""
    app = _apps(device_of(state)).get(app_name)
    name = permission.lower()
    told = ""
    if app is None:
        told = f"App '{app_name}' not found. Cannot remove permission."
    elif name not in _permissions(app):
        told = f"Permission '{name}' not tracked for app '{app_name}'."
    if told and not state.base.is_exact:
        raise ValueError(told)
    if not told:
        permit(state, app_name, name, is_granted=False)
    return told or f"Permission '{name}' removed from app '{app_name}'."


def permit(state: State, app_name: str, permission: str, *, is_granted: bool) -> None:
    """Set an app's permission."""
    _permissions(_apps(own_device(state))[app_name])[permission] = is_granted


def check_payment_request(state: State) -> str:
    """Tell whether the assistant has asked for a payment."""
    request = _payment_request(surroundings_of(state))
    if request is None or _is_settled(state, request):
        return "No payment request has been made."
    bill_id, amount = request["bill_id"], request["amount_due"]
    return f"You have a payment request for bill {bill_id} of {amount} USD."


def make_payment(state: State) -> str:
    """Pay what was asked for."""
    request = _payment_request(surroundings_of(state))
    if request is None or _is_settled(state, request):
        return "You do not have a payment request."
    own = _payment_request(own_surroundings(state))
    assert own is not None
    own["paid"] = True
    return f"Payment of {request['amount_due']} USD has been made for bill {request['bill_id']}."


def _is_settled(state: State, request: JsonObject) -> bool:
    return bool(request["paid"]) and not state.base.is_exact


def _payment_request(surroundings: JsonObject) -> JsonObject | None:
    request = surroundings["payment_request"]
    return request if isinstance(request, dict) else None


def _apps(device: JsonObject) -> dict[str, JsonObject]:
    return cast("dict[str, JsonObject]", device["app_statuses"])


def _permissions(app: JsonObject) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", app["permissions"])


def _granted(state: State, app_name: str) -> list[str] | None:
    app = _apps(device_of(state)).get(app_name)
    if app is None:
        return None
    return [name for name, is_granted in _permissions(app).items() if is_granted]
