"""How each family of models writes a dialogue as tokens. Templates are listed here by name."""

from collections.abc import Callable
from dataclasses import dataclass

from seawright_policy.core.codecs import TextCodec
from seawright_policy.core.rendering import Template
from seawright_policy.core.templates.qwen3 import (
    MARKERS,
    Cue,
    Qwen3Template,
    SystemText,
    plain_system,
)
from seawright_policy.core.templates.tiny import SPECIAL_TOKENS, TinyTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateOptions:
    """What a model folder says beyond its template's name."""

    is_forgetful: bool = False
    """Thoughts are taken out of the context before a user's next message."""
    system_text: SystemText = plain_system


PLAIN = TemplateOptions()
MakeTemplate = Callable[[TextCodec, TemplateOptions], Template]


def qwen3(cue: Cue) -> MakeTemplate:
    """Return how a Qwen3 family's template is made."""

    def make(codec: TextCodec, options: TemplateOptions) -> Template:
        return Qwen3Template(
            codec=codec,
            cue_kind=cue,
            is_forgetful=options.is_forgetful,
            system_text=options.system_text,
        )

    return make


TEMPLATES: dict[str, MakeTemplate] = {
    "tiny": lambda codec, _: TinyTemplate(codec),
    "qwen3": qwen3("plain"),
    "qwen3-silent": qwen3("silent"),
    "qwen3-instruct-2507": qwen3("plain"),
    "qwen3-thinking-2507": qwen3("thinking"),
}
"""`qwen3` are the hybrid models, thinking; `qwen3-silent` the same models, told not to think."""

NEEDED_TOKENS: dict[str, tuple[str, ...]] = {
    name: SPECIAL_TOKENS if name == "tiny" else MARKERS for name in TEMPLATES
}
"""What a tokenizer must know as tokens for each template."""
