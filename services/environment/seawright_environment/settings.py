"""Deployment settings of the environment, read from `SEAWRIGHT_ENVIRONMENT_*`."""

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the environment listens, and how much it keeps."""

    model_config = SettingsConfigDict(
        env_prefix="SEAWRIGHT_ENVIRONMENT_", frozen=True, extra="ignore", populate_by_name=True
    )

    host: str = "127.0.0.1"
    port: int = 8102
    tau2_data_dir: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("SEAWRIGHT_ENVIRONMENT_TAU2_DATA_DIR", "TAU2_DATA_DIR"),
    )
    """tau2-bench's data folder (it holds `tau2/domains` or `domains`); None: seeds only."""
    max_databases: int = Field(default=8, ge=1)
    """Databases kept in memory; the least recently used one goes first."""
    max_sessions: int = Field(default=20_000, ge=1)
    """Open sessions; beyond it the least recently used one is lost and re-opened by its caller."""
    session_ttl_seconds: float = Field(default=1800.0, gt=0)
    """A session unused for longer is lost."""
    audit_seconds: float = Field(default=300.0, gt=0)
    """An audit that takes longer is refused."""
    reap_interval_seconds: float = Field(default=30.0, gt=0)
    """How often lost sessions are dropped from memory."""
