"""What a peer's refusal means here: problem documents become the matching fault."""

from collections.abc import Iterator, Mapping
from typing import cast

import httpx

from seawright_shared.errors import FieldError, SeawrightError, UnavailableError


def _subclasses(kind: type[SeawrightError]) -> Iterator[type[SeawrightError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _subclasses(child)


def _text(plain: Mapping[str, object], key: str, default: str) -> str:
    value = plain.get(key)
    return value if isinstance(value, str) else default


def _mapping(plain: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", plain) if isinstance(plain, dict) else {}


def _field_errors(plain: Mapping[str, object]) -> list[FieldError]:
    entries = plain.get("errors")
    if not isinstance(entries, list):
        return []
    found = [
        cast("Mapping[str, object]", entry)
        for entry in cast("list[object]", entries)
        if isinstance(entry, dict)
    ]
    return [
        FieldError(
            pointer=_text(entry, "pointer", ""),
            code=_text(entry, "code", "invalid"),
            detail=_text(entry, "detail", ""),
        )
        for entry in found
    ]


def _document(response: httpx.Response) -> Mapping[str, object]:
    if "json" not in response.headers.get("content-type", ""):
        return {}
    try:
        plain: object = response.json()
    except ValueError:
        return {}
    return _mapping(plain)


def fault_of(response: httpx.Response, peer: str) -> SeawrightError:
    """Return the fault a reply of 400 or above stands for; an unknown one names the peer."""
    plain = _document(response)
    kinds = [kind for kind in _subclasses(SeawrightError) if kind is not SeawrightError]
    named = [kind for kind in kinds if kind.code == plain.get("code")]
    if plain.get("code") and not named and response.status_code < 500:
        # A service's own subclass that is not known here: the class of its status.
        named = [kind for kind in kinds if kind.status == response.status_code]
    if named:
        detail = _text(plain, "detail", named[0].code)
        return named[0](detail, _mapping(plain.get("context")), errors=_field_errors(plain))
    detail = _text(plain, "detail", response.reason_phrase or "no reason given")
    return UnavailableError(
        f"{peer} answered {response.status_code} to {response.request.method} "
        f"{response.request.url.path}: {detail}",
        {"peer": peer, "status": response.status_code},
    )
