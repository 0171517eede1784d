"""Where traces go: OpenTelemetry's own variables, the same for every service."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class TelemetrySettings(BaseSettings):
    """Without an endpoint no trace is made, and nothing is imported that makes one."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    endpoint: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Base address of an OTLP/HTTP collector, as `http://collector:4318`."""
    sample_ratio: float = Field(default=1.0, ge=0, le=1, validation_alias="OTEL_TRACES_SAMPLER_ARG")
    """Share of traces that is kept; an episode is kept by all services or by none."""
