"""What decides who may enter: the header, tokens, the keys file, a provider's documents."""

import asyncio
import base64
import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from seawright_shared.access.gate import Gate
from seawright_shared.access.key_files import KeyFile, keys_in
from seawright_shared.access.keys import KeyRecord, KeyRing, key_hash, mint
from seawright_shared.access.opening import jwks_at
from seawright_shared.access.tokens import OidcProvider, OidcTokens, ServiceTokens
from seawright_shared.errors import UnauthenticatedError, UnavailableError
from tests.fuzz.target import Target, as_json

PEPPER, SECRET = b"p" * 32, b"s" * 32
KEY = mint(b"\1" * 6, b"\2" * 32)
RECORD = KeyRecord(
    id="01" * 6,
    name="tester",
    scopes=["read"],
    hash=key_hash(PEPPER, KEY),
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)
RING = KeyRing(keys=[RECORD]).model_dump_json().encode()
JWK = {"kty": "EC", "crv": "P-256", "kid": "x", "alg": "ES256"} | {
    # The base point of the curve (SEC 2, section 2.4.2): a public key that nobody uses.
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
SIGNING = ec.derive_private_key(1, ec.SECP256R1())
"""Of the key above: once the base point is the base point."""
CLAIMS = {
    "sub": "me",
    "aud": "seawright",
    "iss": "https://provider",
    "iat": 1,
    "exp": 4102444800,
    "scope": "read admin",
    "project": "x",
}
PROVIDER = OidcProvider(issuer="https://provider", audience="seawright")


def now() -> datetime:
    """Return a time at which no seed's times are right."""
    return datetime(2026, 11, 23, tzinfo=UTC)


async def known_keys() -> dict[str, object]:
    """Return a provider's keys."""
    return {"keys": [JWK]}


def header(data: bytes) -> None:
    """Feed the authorization header; without secrets, only the key of the file enters."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "keys.json"
        file.write_bytes(RING)
        gate = Gate(
            keys=KeyFile(file),
            pepper=PEPPER,
            services=ServiceTokens(SECRET, "x", now),
            people=OidcTokens(PROVIDER, known_keys, now),  # pyright: ignore[reportArgumentType]
            clock=now,
        )
        principal = asyncio.run(gate.admit(data.decode("latin-1")))
        assert principal.id == f"key:{RECORD.id}"


def keys_file(data: bytes) -> None:
    """Feed a keys file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "keys.json"
        file.write_bytes(data)
        for record in keys_in(file):
            assert record.hash


def provider_keys(data: bytes) -> None:
    """Feed the document of a provider's keys: with a key or without, an unsigned token is out."""
    fetch = jwks_at(
        "https://provider/keys", httpx.MockTransport(lambda _: httpx.Response(200, content=data))
    )
    tokens = OidcTokens(PROVIDER, fetch, now)
    try:
        asyncio.run(tokens.read(token({"alg": "ES256", "kid": "x"})))
    except (UnauthenticatedError, UnavailableError):
        return
    raise AssertionError("an unsigned token was admitted")


def token(head: Mapping[str, object]) -> str:
    """Return a token with this head, whose signature is none."""
    claims = {"sub": "me", "aud": "seawright", "iss": "https://provider", "exp": 1, "iat": 1}
    parts = [json.dumps(part).encode() for part in (head, claims)]
    parts.append(b"\0" * 64)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def token_claims(data: bytes) -> None:
    """Feed claims that the provider signed: whatever they say, a person enters or is refused."""
    signed = jwt.PyJWS().encode(data, SIGNING, algorithm="ES256", headers={"kid": "x"})

    async def read() -> None:
        person = await OidcTokens(PROVIDER, known_keys, now).read(signed)  # pyright: ignore[reportArgumentType]
        assert person.id.startswith("person:")

    asyncio.run(read())


def head_of_token(data: bytes) -> None:
    """Feed the head of a token, which is read before any signature is known."""
    encoded = base64.urlsafe_b64encode(data).decode().rstrip("=")
    rest = token({}).partition(".")[2]
    try:
        header(f"Bearer {encoded}.{rest}".encode())
    except UnauthenticatedError:
        return
    raise AssertionError("an unsigned token was admitted")


TARGETS: Mapping[str, Target] = {
    "authorization": Target(
        feed=header,
        seeds=[
            f"Bearer {KEY}".encode(),
            b"Basic " + base64.b64encode(f"me:{KEY}".encode()),
        ],
    ),
    "keys_file": Target(feed=keys_file, seeds=[RING]),
    "provider_keys": Target(feed=provider_keys, seeds=as_json({"keys": [JWK]})),
    "token_claims": Target(feed=token_claims, seeds=as_json(CLAIMS, {**CLAIMS, "nbf": 1})),
    "token_head": Target(
        feed=head_of_token,
        seeds=as_json({"alg": "ES256", "kid": "x"}, {"alg": "HS256"}, {"alg": "none"}),
    ),
}
