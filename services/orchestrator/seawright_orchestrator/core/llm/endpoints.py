"""Which model endpoints a run may name: loopback, and hosts that the deployment allows."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

LOOPBACK = "localhost"


def objection_to(base_url: str, allowed: Sequence[str]) -> str | None:
    """Say why an address may not be called; None where it may.

    `allowed`: `host` or `host:port`. A host is compared as it is written, never resolved, so a
    name that points into a private network is called only where it was allowed by name. Where
    nothing is allowed, loopback is.
    """
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return "is no address"
    host = (parts.hostname or "").casefold()
    if parts.scheme not in {"http", "https"} or not host:
        return "is no http(s) address"
    if parts.username is not None or parts.password is not None:
        return "holds credentials: the key is a setting of the service"
    if parts.query or parts.fragment:
        return "holds a query or a fragment"
    names = {one.strip().casefold() for one in allowed if one.strip()}
    if host in names or f"{host}:{port}" in names:
        return None
    if not names and _is_loopback(host):
        return None
    return f"is not allowed: {host} is none of the hosts that this service may ask"


def _is_loopback(host: str) -> bool:
    if host == LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
