"""Deployment facts of the user simulator."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where it listens, and which OpenAI-compatible endpoint plays model users."""

    model_config = SettingsConfigDict(env_prefix="SEAWRIGHT_USER_SIMULATOR_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8103
    model_url: str = ""
    """Base address of the endpoint, without `/v1`; empty: scripted users only."""
    model_timeout_seconds: float = 60.0
    max_reply_tokens: int = 256
