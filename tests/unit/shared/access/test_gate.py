"""Where an unguarded service may listen, and what settings go together."""

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError

from seawright_shared.access.gate import OPEN, Gate, is_loopback
from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings
from seawright_shared.access.tokens import ServiceTokens
from seawright_shared.errors import InvalidRequestError, UnauthenticatedError
from seawright_shared.stores.clock import utc_now

SECRET = "s" * 32


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "seawright.example", ""])
def test_an_unguarded_service_refuses_to_be_public(host: str):
    with pytest.raises(InvalidRequestError, match="SEAWRIGHT_ACCESS_SERVICE_SECRET"):
        OPEN.check_address(host)
    with pytest.raises(InvalidRequestError):
        access_of(AccessSettings(), "x").check_address(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_open(host: str):
    assert is_loopback(host)
    OPEN.check_address(host)


def test_a_guarded_service_and_a_declared_open_one_may_be_public():
    guarded = access_of(AccessSettings(service_secret=SECRET), "x")  # pyright: ignore[reportArgumentType]
    guarded.check_address("0.0.0.0")
    assert guarded.gate is not None
    opened = access_of(AccessSettings(insecure_open=True), "x")
    opened.check_address("0.0.0.0")
    assert opened.gate is None


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"keys_file": Path("keys.json")}, "SEAWRIGHT_ACCESS_PEPPER"),
        ({"service_secret": "short"}, "service_secret"),
        ({"service_secret": SECRET, "insecure_open": True}, "INSECURE_OPEN"),
    ],
)
def test_settings_that_do_not_go_together_are_named_without_their_secrets(
    settings: dict[str, object], named: str
):
    with pytest.raises(ValidationError, match=named) as refused:
        AccessSettings.model_validate(settings)
    assert SECRET not in str(refused.value)
    assert "'short'" not in str(refused.value)


@pytest.mark.anyio
async def test_a_browser_may_give_the_token_as_a_password():
    tokens = ServiceTokens(SECRET.encode(), "console", utc_now)
    gate = Gate(services=tokens)
    basic = base64.b64encode(f"anyone:{tokens()}".encode()).decode()
    assert (await gate.admit(f"Basic {basic}")).id == "service:console"
    assert (await gate.admit(f"bearer {tokens()}")).id == "service:console"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic %%%", "Basic /w==", "Digest x", "Bearer seawright_live_x"],
)
async def test_what_is_no_credential_is_refused_and_not_quoted(header: str):
    gate = Gate(services=ServiceTokens(SECRET.encode(), "x", utc_now))
    with pytest.raises(UnauthenticatedError) as refused:
        await gate.admit(header)
    assert "seawright_live_x" not in refused.value.detail
