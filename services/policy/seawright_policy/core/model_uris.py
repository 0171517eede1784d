"""Where a model's folder lies."""

from pathlib import Path
from urllib.parse import unquote, urlparse

ADAPTER_CONFIG = "adapter_config.json"
"""In the folder of a LoRA adapter, in PEFT's layout."""


def folder_of(uri: str) -> Path:
    """Return the folder that a `file:` URI or a plain path names."""
    parsed = urlparse(uri)
    return Path(unquote(parsed.path) if parsed.scheme == "file" else uri)
