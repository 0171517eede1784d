"""How each family of models writes a dialogue as tokens. Templates are listed here by name."""

from collections.abc import Callable

from seawright_policy.core.codecs import TextCodec
from seawright_policy.core.rendering import Template
from seawright_policy.core.templates.tiny import TinyTemplate

TEMPLATES: dict[str, Callable[[TextCodec], Template]] = {
    "tiny": TinyTemplate,
}
