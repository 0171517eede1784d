"""The tiny model's chat template, by which stock engine servers write the policy's own tokens."""

from pathlib import Path

FILE = "chat_template.jinja"
TEXT = """\
{#- The compact template of the tiny model. Tools come bare or below `function`. -#}
{%- macro signature(tool) -%}
    {%- set fields = tool.parameters.properties or {} -%}
    {{- tool.name }}({% for name in fields -%}
        {{- name ~ ('[]' if fields[name].type == 'array' else '') -}}
        {{- '' if name in (tool.parameters.required or []) else '?' -}}
        {{- '' if loop.last else ', ' -}}
    {%- endfor -%})
{%- endmacro -%}
{{- '<|system|>' -}}
{%- if messages and messages[0].role == 'system' %}{{- messages[0].content or '' -}}{% endif -%}
{%- if tools -%}
    {{- '<|tools|>' -}}
    {%- for tool in tools -%}
        {{- signature(tool.function or tool) ~ ('' if loop.last else '\\n') -}}
    {%- endfor -%}
{%- endif -%}
{{- '<|end|>' -}}
{%- for message in messages -%}
    {%- if message.role == 'assistant' -%}
        {{- '<|assistant|>' ~ (message.content or '') -}}
        {%- for call in message.tool_calls or [] -%}
            {%- set called = call.function or call -%}
            {{- '<|call|>' ~ called.name ~ ' ' -}}
            {{- called.arguments if called.arguments is string else called.arguments | tojson -}}
        {%- endfor -%}
        {{- '<|end|>' -}}
    {%- elif message.role == 'tool' -%}
        {{- '<|result|>' ~ (message.content or '') ~ '<|end|>' -}}
    {%- elif message.role == 'user' -%}
        {{- '<|user|>' ~ (message.content or '') ~ '<|end|>' -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt %}{{- '<|assistant|>' -}}{% endif -%}
"""


def save(folder: Path) -> None:
    """Write the template beside the tokenizer, where transformers, vLLM and SGLang look for it."""
    (folder / FILE).write_text(TEXT)
