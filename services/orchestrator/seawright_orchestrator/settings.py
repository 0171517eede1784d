"""Deployment facts of the orchestrator, read once from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the orchestrator listens, keeps its rows and blobs, and finds its peers."""

    model_config = SettingsConfigDict(env_prefix="SEAWRIGHT_ORCHESTRATOR_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8101, ge=1, le=65535)
    database_url: str = "sqlite+aiosqlite:///orchestrator.db"
    """`sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://...`."""
    create_tables: bool = True
    """Create missing tables at start. Off where migrations run on their own."""
    redis_url: str | None = None
    """The doorbell between replicas; None: one process, in-process doorbell."""
    blob_dir: Path = Path("blobs")
    """Token traces; shared with the trainer."""
    blob_url: str | None = None
    """Where they lie instead of in a folder, as `s3://bucket/prefix`; the trainer's is the same."""
    environment_url: str = "http://127.0.0.1:8102"
    user_simulator_url: str = "http://127.0.0.1:8103"
    policy_url: str = "http://127.0.0.1:8104"
    num_workers: int = Field(default=16, ge=0)
    """Jobs worked on at once by this process; 0: this process only serves the API."""
    max_episodes: int = Field(default=64, ge=1)
    """Episodes played at once by this process."""
    lease_seconds: float = Field(default=60.0, gt=0)
    """How long a job is held without a heartbeat before another worker may take it."""
    max_waiting_jobs: int = Field(default=50_000, ge=1)
    """New runs and episodes are refused (503, Retry-After) while so many jobs wait."""
    max_waiting_bytes: int = Field(default=256 << 20, ge=1)
    """As `max_waiting_jobs`, of the waiting jobs' payloads together."""
    peer_timeout_seconds: float = Field(default=120.0, gt=0)
    """Longest wait for one turn, tool call or verification."""
    hf_token: SecretStr | None = None
    """Token of the Hugging Face Hub for pushes of dataset versions; it is never logged."""
    llm_api_key: SecretStr | None = None
    """Sent to the endpoint of the LLM author; a run never names a key."""
    llm_allowed_hosts: str = ""
    """Hosts, or `host:port`, separated by commas, that a run's `llm.base_url` may name; empty:
    loopback only."""
    llm_max_concurrency: int = Field(default=16, ge=1)
    """Most calls under way at once to one endpoint; fewer while it is slow or says 429."""
