"""Deployment settings of the trainer, read from `SEAWRIGHT_TRAINER_*`."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the trainer keeps things and whom it talks to."""

    model_config = SettingsConfigDict(env_prefix="SEAWRIGHT_TRAINER_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8105
    database_url: str = "sqlite+aiosqlite:///trainer.db"
    redis_url: str | None = None
    """None: an in-process doorbell."""
    blob_dir: Path = Path("blobs")
    """Shared with the orchestrator and with every rank."""
    blob_url: str | None = None
    """Where blobs lie instead of in a folder, as `s3://bucket/prefix`; the orchestrator's is the
    same, and ranks inherit the credentials in `AWS_...`."""
    runs_dir: Path = Path("training-runs")
    """Checkpoints and exports; the policy service and every rank read it."""
    orchestrator_url: str = "http://127.0.0.1:8101"
    policy_url: str = "http://127.0.0.1:8104"
    self_url: str | None = None
    """How ranks reach this service. None: it opens a loopback port of its own for them."""
    concurrency: int = Field(default=1, ge=1)
    """Training runs supervised at once by this process."""
    lease_seconds: float = Field(default=10.0, gt=0)
    """How long a run is held without a heartbeat before another process may supervise it."""
    heartbeat_deadline_seconds: float = Field(default=120.0, gt=0)
    """A rank silent for longer is dead: the attempt is ended and restarted."""
    launcher: Literal["local", "job", "jobset"] = "local"
    """Where ranks run: as processes of this machine; as pods of an Indexed Job; of a JobSet."""
    rank_pod: Path | None = None
    """Pods: their template as JSON, `metadata` and `spec`; the first container is a node's ranks,
    and its GPUs are a whole node's."""
    ranks_per_node: int = Field(default=8, ge=1)
    """Pods: ranks of one pod."""
    queue: str | None = None
    """Pods: the Kueue queue that admits attempts."""
    kubernetes_url: str = "https://kubernetes.default.svc"
    account_dir: Path = Path("/var/run/secrets/kubernetes.io/serviceaccount")
    """Pods: where this service's own account lies, as a kubelet mounts it."""
    keep_checkpoints: int = Field(default=3, ge=1)
    tensorboard: bool = False
    """Whether each run's step metrics are also written as TensorBoard's event files."""
    create_tables: bool = True
    """Create missing tables at start (embedded, tests); off where migrations are run."""
