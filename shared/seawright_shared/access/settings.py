"""How a deployment is guarded: the same `SEAWRIGHT_ACCESS_*` for every service."""

from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIN_SECRET = 32


class AccessSettings(BaseSettings):
    """Without any of these a service serves loopback only."""

    model_config = SettingsConfigDict(
        env_prefix="SEAWRIGHT_ACCESS_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    keys_file: Path | None = None
    """API keys, as `seawright keys create` writes them; it may change while services run."""
    pepper: SecretStr | None = Field(default=None, min_length=MIN_SECRET)
    """With which keys are hashed."""
    service_secret: SecretStr | None = Field(default=None, min_length=MIN_SECRET)
    """By which services know one another; the same one for all of a deployment."""
    oidc_issuer: str | None = None
    oidc_audience: str = "seawright"
    oidc_jwks_url: str | None = None
    """None: `<issuer>/.well-known/jwks.json`."""
    oidc_scope_claim: str = "scope"
    audit_file: Path | None = None
    """Writes and refusals are kept here, a JSON line each, and served at /v1/audit-events."""
    insecure_open: bool = False
    """Serve without credentials even beyond loopback. For trials in closed networks only."""

    @model_validator(mode="after")
    def _goes_together(self) -> "AccessSettings":
        if self.keys_file is not None and self.pepper is None:
            raise ValueError("SEAWRIGHT_ACCESS_KEYS_FILE needs SEAWRIGHT_ACCESS_PEPPER")
        if self.is_guarded and self.insecure_open:
            raise ValueError("SEAWRIGHT_ACCESS_INSECURE_OPEN goes with no other way of access")
        return self

    @property
    def is_guarded(self) -> bool:
        """Whether any credentials are asked for."""
        return any((self.keys_file, self.service_secret, self.oidc_issuer))
