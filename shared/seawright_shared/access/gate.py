"""The gate: credentials in, a principal out; and what a service shows when it calls another."""

import base64
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from seawright_shared.access.audit import AuditTrail
from seawright_shared.access.key_files import KeyFile
from seawright_shared.access.keys import PREFIX, key_id, principal_of
from seawright_shared.access.principals import Principal
from seawright_shared.access.tokens import OidcTokens, ServiceTokens
from seawright_shared.errors import InvalidRequestError, UnauthenticatedError
from seawright_shared.stores.clock import Clock, utc_now

Credentials = Callable[[], str]
"""Returns the bearer token of a call that is about to be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The ways in; each may be absent."""

    keys: KeyFile | None = None
    pepper: bytes = b""
    services: ServiceTokens | None = None
    people: OidcTokens | None = None
    service: str = ""
    trail: AuditTrail | None = None
    """Where writes and refusals are kept besides the log."""
    clock: Clock = utc_now

    async def admit(self, authorization: str) -> Principal:
        """Return who sent the header; raises `UnauthenticatedError`, which never quotes it."""
        token = _token(authorization)
        if token.startswith(PREFIX):
            return self._holder(token)
        if self.services is not None:
            try:
                return self.services.read(token)
            except UnauthenticatedError:
                if self.people is None:
                    raise
        if self.people is not None:
            return await self.people.read(token)
        raise UnauthenticatedError("the credentials are of no kind that is accepted here")

    def _holder(self, key: str) -> Principal:
        known = key_id(key)
        record = self.keys.find(known) if self.keys and known else None
        principal = principal_of(record, self.pepper, key, self.clock()) if record else None
        if principal is None:
            raise UnauthenticatedError("the API key is unknown, was taken back, or has ended")
        return principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a service is entered, and how it enters others; the default is open both ways."""

    gate: Gate | None = None
    credentials: Credentials | None = None
    may_be_public: bool = False
    """Whether it may listen beyond loopback."""

    def check_address(self, host: str) -> None:
        """Raise `InvalidRequestError` where an unguarded service would listen to the world."""
        if not (self.may_be_public or is_loopback(host)):
            raise InvalidRequestError(
                f"refusing to listen on {host} without credentials: set"
                " SEAWRIGHT_ACCESS_SERVICE_SECRET and SEAWRIGHT_ACCESS_KEYS_FILE"
                " (`seawright keys create`), or SEAWRIGHT_ACCESS_INSECURE_OPEN=true"
                " in a closed network"
            )


OPEN = Access()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _token(authorization: str) -> str:
    """Return the bearer token, or the password of a browser's basic login."""
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    if scheme.lower() == "basic" and value:
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except ValueError:
            pass
    raise UnauthenticatedError("needs `Authorization: Bearer`, with an API key or a token")
