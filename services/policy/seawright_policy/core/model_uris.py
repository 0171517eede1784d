"""Where a model's folder lies."""

from pathlib import Path
from urllib.parse import unquote, urlparse

ADAPTER_CONFIG = "adapter_config.json"
"""In the folder of a LoRA adapter, in PEFT's layout."""


def folder_of(uri: str) -> Path:
    """Return the folder that a `file:` URI or a plain path names; what is no URI is a path."""
    try:
        parsed = urlparse(uri)
    except ValueError:
        return Path(uri)
    return Path(unquote(parsed.path) if parsed.scheme == "file" else uri)
