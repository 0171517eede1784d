"""Where the policy's ports meet their adapters."""

from pathlib import Path

from tokenizers import Tokenizer

from seawright_policy.adapters.tokenizers_codec import TokenizersCodec
from seawright_policy.core.rendering import Renderer, Rendering
from seawright_policy.core.templates import TEMPLATES
from seawright_policy.core.templates.tiny import SPECIAL_TOKENS

__all__ = ["SPECIAL_TOKENS", "Renderer", "Rendering", "renderer_for"]


def renderer_for(source: Path | Tokenizer, template: str = "tiny") -> Renderer:
    """Return the renderer of a model folder or of a tokenizer."""
    codec = (
        TokenizersCodec(source)
        if isinstance(source, Tokenizer)
        else TokenizersCodec.from_folder(source)
    )
    return Renderer(TEMPLATES[template](codec))
