"""Makes the gate that the settings ask for."""

from collections.abc import Awaitable, Callable

import httpx
from pydantic import JsonValue, SecretStr, TypeAdapter, ValidationError

from seawright_shared.access.audit import AuditTrail
from seawright_shared.access.gate import Access, Gate
from seawright_shared.access.key_files import KeyFile
from seawright_shared.access.settings import AccessSettings
from seawright_shared.access.tokens import OidcProvider, OidcTokens, ServiceTokens
from seawright_shared.errors import UnavailableError
from seawright_shared.stores.clock import utc_now

JWKS_TIMEOUT_SECONDS = 5.0
MAX_JWKS_BYTES = 1 << 20
JWKS = TypeAdapter(dict[str, JsonValue])


def access_of(settings: AccessSettings, service: str) -> Access:
    """Return how a service is entered and enters others. A keys file that is broken is refused."""
    services = (
        ServiceTokens(_bytes(settings.service_secret), service, utc_now)
        if settings.service_secret
        else None
    )
    if not settings.is_guarded:
        return Access(may_be_public=settings.insecure_open)
    gate = Gate(
        keys=KeyFile(settings.keys_file) if settings.keys_file else None,
        pepper=_bytes(settings.pepper),
        services=services,
        people=_people(settings),
        service=service,
        trail=AuditTrail(file=settings.audit_file) if settings.audit_file else None,
    )
    return Access(gate=gate, credentials=services, may_be_public=True)


def jwks_at(
    url: str, transport: httpx.AsyncBaseTransport | None = None
) -> Callable[[], Awaitable[dict[str, JsonValue]]]:
    """Return what asks a provider for its keys; a provider that is away is `UnavailableError`."""

    async def fetch() -> dict[str, JsonValue]:
        async with httpx.AsyncClient(
            timeout=JWKS_TIMEOUT_SECONDS, trust_env=False, transport=transport
        ) as client:
            try:
                response = await client.get(url)
                response.raise_for_status()
                if len(response.content) > MAX_JWKS_BYTES:
                    raise UnavailableError(f"{url} answered with more than {MAX_JWKS_BYTES} bytes")
                return JWKS.validate_json(response.content)
            except (httpx.HTTPError, ValidationError) as error:
                raise UnavailableError(
                    f"the OIDC provider's keys at {url} cannot be read: {type(error).__name__}"
                ) from error

    return fetch


def _people(settings: AccessSettings) -> OidcTokens | None:
    if settings.oidc_issuer is None:
        return None
    url = settings.oidc_jwks_url or f"{settings.oidc_issuer.rstrip('/')}/.well-known/jwks.json"
    provider = OidcProvider(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        scope_claim=settings.oidc_scope_claim,
    )
    return OidcTokens(provider, jwks_at(url), utc_now)


def _bytes(secret: SecretStr | None) -> bytes:
    return secret.get_secret_value().encode() if secret else b""
