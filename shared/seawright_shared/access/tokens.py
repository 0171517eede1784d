"""Signed tokens: short ones between services (HS256), and those of an OIDC provider (JWKS)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import jwt
from pydantic import JsonValue

from seawright_shared.access.principals import SCOPES, Principal
from seawright_shared.errors import UnauthenticatedError, UnavailableError
from seawright_shared.stores.clock import Clock

AUDIENCE = "seawright"
LIFE_SECONDS = 300
RENEW_SECONDS = 60
"""A token is made anew when it has less than this left."""
SKEW_SECONDS = 60
MIN_SECRET_BYTES = 32
OIDC_ALGORITHMS = ("RS256", "ES256", "EdDSA")
"""Never a symmetric one: a public key must not serve as a secret."""
JWKS_SECONDS = 600.0
JWKS_RETRY_SECONDS = 60.0
"""An unknown key id asks the provider again, but not more often than this."""


class ServiceTokens:
    """Makes and reads the tokens by which services know one another."""

    def __init__(self, secret: bytes, service: str, clock: Clock) -> None:
        assert len(secret) >= MIN_SECRET_BYTES
        self._secret = secret
        self._service = service
        self._clock = clock
        self._token, self._ends = "", 0.0

    def __call__(self) -> str:
        """Return a token that lives for a while yet."""
        now = self._clock().timestamp()
        if self._ends - now < RENEW_SECONDS:
            self._ends = now + LIFE_SECONDS
            claims = {
                "sub": self._service,
                "aud": AUDIENCE,
                "iat": int(now),
                "exp": int(self._ends),
            }
            self._token = jwt.encode(claims, self._secret, algorithm="HS256")
        return self._token

    def read(self, token: str) -> Principal:
        """Return the service that made the token."""
        claims = decoded(token, self._secret, ("HS256",), AUDIENCE, None)
        return Principal(
            id=f"service:{claims['sub']}", kind="service", project="*", scopes=frozenset(SCOPES)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProvider:
    """Who signs people's tokens, and what the tokens must say."""

    issuer: str
    audience: str
    scope_claim: str = "scope"


class OidcTokens:
    """Reads a provider's tokens; its keys are asked for once in a while."""

    def __init__(
        self,
        provider: OidcProvider,
        fetch_jwks: Callable[[], Awaitable[dict[str, JsonValue]]],
        clock: Clock,
    ) -> None:
        self._provider = provider
        self._fetch = fetch_jwks
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked_at = float("-inf")

    async def read(self, token: str) -> Principal:
        """Return the person whom the provider vouches for."""
        key = await self._key(str(_header(token).get("kid", "")))
        claims = decoded(
            token, key, OIDC_ALGORITHMS, self._provider.audience, self._provider.issuer
        )
        said = claims.get(self._provider.scope_claim, "")
        words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
        return Principal(
            id=f"person:{claims['sub']}",
            kind="person",
            project=str(claims.get("project", "default")),
            scopes=frozenset(str(word) for word in words) & frozenset(SCOPES),
        )

    async def _key(self, key_id: str) -> jwt.PyJWK:
        now = self._clock().timestamp()
        age = now - self._asked_at
        if age > JWKS_SECONDS or (key_id not in self._keys and age > JWKS_RETRY_SECONDS):
            self._asked_at = now
            self._keys = _keys_in(await self._fetch())
        if key_id not in self._keys:
            raise UnauthenticatedError("the token is signed by a key that the provider has not")
        return self._keys[key_id]


def decoded(
    token: str,
    key: bytes | jwt.PyJWK,
    algorithms: tuple[str, ...],
    audience: str,
    issuer: str | None,
) -> dict[str, JsonValue]:
    """Return a token's claims, once signature, audience, issuer and times are right."""
    try:
        return jwt.decode(
            token,
            key,
            algorithms=list(algorithms),
            audience=audience,
            issuer=issuer,
            leeway=SKEW_SECONDS,
            options={"require": ["exp", "iat", "sub", "aud"]},
        )
    except jwt.PyJWTError as error:
        # Its words name a claim, never the token.
        raise UnauthenticatedError(f"the token is refused: {error}") from error


def _keys_in(document: dict[str, JsonValue]) -> dict[str, jwt.PyJWK]:
    try:
        found = jwt.PyJWKSet.from_dict(document)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
        raise UnavailableError("the OIDC provider's keys are no set of usable keys") from error
    return {key.key_id: key for key in found.keys if isinstance(key.key_id, str)}


def _header(token: str) -> dict[str, JsonValue]:
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:
        raise UnauthenticatedError("the token is no signed token") from error
