"""Texts of others as a chat template may safely hold them: their control tokens are taken apart.

Servers tokenize the whole rendered prompt at once, so that a tool result which spells a control
token would become that token and could end its own message and begin another.
"""

import re

_CONTROL = re.compile(
    r"<\|(?=[^<>\n]{1,40}\|>)"
    r"|<(?=/?(?:tool_call|tool_response|tools|think|s|bos|eos|start_of_turn|end_of_turn)>)"
    r"|\[(?=/?(?:INST|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS)\])"
    r"|<\uff5c(?=[^<>\n]{1,40}\uff5c>)"
)
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def harmless(text: str) -> str:
    """Return the text with a blank in each control token; other texts stay as they are."""
    return _CONTROL.sub(lambda found: f"{found.group()} ", text)


def without_thoughts(text: str) -> str:
    """Return what a model said aloud. A thought that was never ended hides all that follows it."""
    _, closing, said = text.rpartition("</think>")
    return _THOUGHT.sub("", said if closing else text).strip()
