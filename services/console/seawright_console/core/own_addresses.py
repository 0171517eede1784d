"""Whether an address is that of this very process, so that a request to it need not leave it."""

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_own(url: str, own: str) -> bool:
    """Return whether `url` lies below the address `own`, by whichever name of this machine."""
    asked, served = urlsplit(url), urlsplit(own)
    if (asked.scheme, asked.port) != (served.scheme, served.port):
        return False
    return asked.hostname == served.hostname or asked.hostname in LOOPBACK
