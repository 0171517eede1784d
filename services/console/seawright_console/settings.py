"""Deployment facts of the console, read once from `SEAWRIGHT_CONSOLE_*`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the embedded stack lives, and which deployment the commands talk to."""

    model_config = SettingsConfigDict(env_prefix="SEAWRIGHT_CONSOLE_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8100, ge=0, le=65535)
    """Of the embedded stack; 0: any free one."""
    folder: Path = Path(".local/seawright")
    """State of the embedded stack: databases, blobs, runs, models, logs."""
    url: str = "http://127.0.0.1:8100"
    """A deployment that serves all services under one address, as the embedded one does."""
    orchestrator_url: str | None = None
    """Each service's own address, where the deployment has them apart; else below `url`."""
    environment_url: str | None = None
    user_simulator_url: str | None = None
    policy_url: str | None = None
    trainer_url: str | None = None
    request_timeout_seconds: float = Field(default=60.0, gt=0)
    api_key: SecretStr | None = None
    """Shown to a deployment that asks for one; `seawright keys create` makes it."""

    def own_addresses(self) -> dict[str, str]:
        """Return the addresses of the services that have one of their own, by name."""
        known = {
            "orchestrator": self.orchestrator_url,
            "environment": self.environment_url,
            "user-simulator": self.user_simulator_url,
            "policy": self.policy_url,
            "trainer": self.trainer_url,
        }
        return {name: url for name, url in known.items() if url is not None}
