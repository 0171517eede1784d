"""Deployment settings of the environment, read from `SEAWRIGHT_ENVIRONMENT_*`."""

from pathlib import Path
from typing import Literal

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
    areal_data_dir: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("SEAWRIGHT_ENVIRONMENT_AREAL_DATA_DIR", "AREAL_DATA_DIR"),
    )
    """A folder of the public AReaL-tau2 data (`tau2_rl_train.jsonl` and its like)."""
    max_databases: int = Field(default=8, ge=1)
    """Databases kept in memory; the least recently used one goes first."""
    max_sessions: int = Field(default=20_000, ge=1)
    """Open sessions; beyond it the least recently used idle one is lost for a new one."""
    session_idle_seconds: float = Field(default=60.0, ge=0)
    """A session used within it is never lost for another: where all are, 503 at-capacity."""
    session_ttl_seconds: float = Field(default=1800.0, gt=0)
    """A session unused for longer is lost."""
    audit_seconds: float = Field(default=300.0, gt=0)
    """An audit that takes longer is refused."""
    reap_interval_seconds: float = Field(default=30.0, gt=0)
    """How often lost sessions are dropped from memory."""
    worker_processes: int = Field(default=1, ge=1, le=256)
    """Processes that hold sessions; 1: this one, without a front before it."""
    compute_processes: int = Field(default=0, ge=0, le=256)
    """Processes beside them for verifications, drafts and checks; 0: those that hold sessions."""
    heavy_threads: int = Field(default=2, ge=1)
    """Verifications, drafts and the like that run at once in one process, beside its sessions."""
    max_heavy_waiting: int = Field(default=64, ge=0)
    """How many more wait for their turn; beyond it: 503 at-capacity."""
    batch_seconds: float = Field(default=50.0, gt=0)
    """Items of a verification batch not begun by then are answered with a problem."""
    drain_notice_seconds: float = Field(default=2.0, ge=0)
    """From SIGTERM on: readiness is false, and new connections are still taken for so long."""
    drain_seconds: float = Field(default=30.0, gt=0)
    """How long running requests may then take to finish."""
    sandbox_checks: int = Field(default=2, ge=1, le=64)
    """Source checkers that run at once in each sandbox of one process."""
    sandbox_wall_seconds: float = Field(default=2.0, gt=0.0, le=60.0)
    """After which a source checker in a CPython process is ended; in Monty after half of it."""
    sandbox_cpu_seconds: int = Field(default=1, ge=1, le=60)
    """CPU time of a source checker in a CPython process."""
    sandbox_memory_bytes: int = Field(default=256 << 20, ge=64 << 20)
    """Address space of a source checker in a CPython process."""
    sandbox_bubblewrap: Literal["auto", "off"] = "auto"
    """auto: the fork server runs under bubblewrap where that is installed and works."""
