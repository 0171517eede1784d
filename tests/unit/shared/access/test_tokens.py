"""Signed tokens: of services, and of people whom a provider knows."""

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from pydantic import JsonValue

from seawright_shared.access.tokens import OidcProvider, OidcTokens, ServiceTokens
from seawright_shared.errors import UnauthenticatedError

SECRET = b"s" * 32


class Hands:
    """A clock that is moved by hand, from the present: signed times are compared with it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_token_names_its_service_and_is_renewed_before_it_ends():
    hands = Hands()
    tokens = ServiceTokens(SECRET, "orchestrator", hands)
    token = tokens()
    assert tokens() == token
    principal = ServiceTokens(SECRET, "environment", hands).read(token)
    assert principal.id == "service:orchestrator"
    hands.now += timedelta(seconds=241)
    assert tokens() != token


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": datetime.now(UTC) - timedelta(hours=1)},
        {"aud": "another"},
        {"sub": None},
        {"exp": None},
    ],
    ids=["ended", "for another audience", "without a subject", "without an end"],
)
def test_a_token_that_says_the_wrong_thing_is_refused(claims: dict[str, object]):
    now = datetime.now(UTC)
    whole = {"sub": "s", "aud": "seawright", "iat": now, "exp": now + timedelta(minutes=5)} | claims
    token = jwt.encode({k: v for k, v in whole.items() if v is not None}, SECRET, "HS256")
    with pytest.raises(UnauthenticatedError, match="refused"):
        ServiceTokens(SECRET, "x", Hands()).read(token)


def test_a_token_of_another_secret_or_of_none_is_refused():
    other = ServiceTokens(b"o" * 32, "orchestrator", Hands())()
    unsigned = jwt.encode({"sub": "s", "aud": "seawright"}, "", "none")
    for token in (other, unsigned, "no.token", ""):
        with pytest.raises(UnauthenticatedError):
            ServiceTokens(SECRET, "x", Hands()).read(token)


class Provider:
    """An OIDC provider with one key, that counts how often it is asked."""

    def __init__(self, key_id: str = "k1") -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.key_id = key_id
        self.num_asked = 0

    async def jwks(self) -> dict[str, JsonValue]:
        self.num_asked += 1
        public = json.loads(ECAlgorithm.to_jwk(self.private.public_key()))
        return {"keys": [{**public, "kid": self.key_id, "alg": "ES256", "use": "sig"}]}

    def token(self, **changes: object) -> str:
        now = datetime.now(UTC)
        claims = {
            "sub": "ada",
            "iss": "https://id.example",
            "aud": "seawright",
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "scope": "openid read synth:write",
        }
        return jwt.encode(claims | changes, self.private, "ES256", headers={"kid": self.key_id})


def reader(provider: Provider, clock: Hands) -> OidcTokens:
    return OidcTokens(
        OidcProvider(issuer="https://id.example", audience="seawright"), provider.jwks, clock
    )


@pytest.mark.anyio
async def test_a_person_has_the_scopes_that_we_know_among_those_told():
    provider, clock = Provider(), Hands()
    tokens = reader(provider, clock)
    principal = await tokens.read(provider.token())
    assert principal.id == "person:ada"
    assert principal.scopes == {"read", "synth:write"}
    await tokens.read(provider.token())
    assert provider.num_asked == 1
    clock.now += timedelta(minutes=11)
    await tokens.read(provider.token())
    assert provider.num_asked == 2


@pytest.mark.anyio
async def test_tokens_of_other_issuers_audiences_and_keys_are_refused():
    provider = Provider()
    tokens = reader(provider, Hands())
    for changes in ({"iss": "https://other.example"}, {"aud": "another"}):
        with pytest.raises(UnauthenticatedError, match="refused"):
            await tokens.read(provider.token(**changes))
    with pytest.raises(UnauthenticatedError, match="refused"):
        await tokens.read(Provider().token())
    with pytest.raises(UnauthenticatedError, match="has not"):
        await tokens.read(Provider("k2").token())
    assert provider.num_asked == 1


@pytest.mark.anyio
async def test_a_persons_token_holds_within_its_times_and_a_minute_around_them():
    provider = Provider()
    tokens = reader(provider, Hands())
    now = datetime.now(UTC)
    for name, near, far in (("exp", -30, -90), ("nbf", 30, 90), ("iat", 30, 90)):
        near_by = provider.token(**{name: now + timedelta(seconds=near)})
        assert (await tokens.read(near_by)).id == "person:ada"
        with pytest.raises(UnauthenticatedError, match="refused"):
            await tokens.read(provider.token(**{name: now + timedelta(seconds=far)}))


@pytest.mark.anyio
@pytest.mark.parametrize("missing", ["exp", "iat", "sub", "aud", "iss"])
async def test_a_persons_token_that_leaves_a_claim_out_is_refused(missing: str):
    provider = Provider()
    claims = jwt.decode(provider.token(), options={"verify_signature": False})
    del claims[missing]
    token = jwt.encode(claims, provider.private, "ES256", headers={"kid": "k1"})
    with pytest.raises(UnauthenticatedError, match="refused"):
        await reader(provider, Hands()).read(token)


@pytest.mark.anyio
async def test_a_symmetric_signature_is_never_a_persons():
    provider = Provider()
    forged = jwt.encode(
        {"sub": "eve", "aud": "seawright", "iss": "https://id.example", "iat": 0, "exp": 9e9},
        b"what anybody could have read of a public key",
        "HS256",
        headers={"kid": "k1"},
    )
    with pytest.raises(UnauthenticatedError):
        await reader(provider, Hands()).read(forged)


@pytest.mark.anyio
async def test_an_unknown_key_id_asks_the_provider_again_but_not_at_once():
    provider, clock = Provider(), Hands()
    tokens = reader(provider, clock)
    await tokens.read(provider.token())
    provider.private, provider.key_id = Provider().private, "k2"
    with pytest.raises(UnauthenticatedError):
        await tokens.read(provider.token())
    clock.now += timedelta(seconds=61)
    assert (await tokens.read(provider.token())).id == "person:ada"
