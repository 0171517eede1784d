"""What torchrun tells a rank, read from its environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class RankSettings(BaseSettings):
    """A rank's place; a plain process is rank 0 of 1."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    rank: int = 0
    world_size: int = 1
    local_rank: int = 0
