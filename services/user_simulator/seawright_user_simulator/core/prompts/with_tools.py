"""The part of a customer who has tools of his own, as a phone in his hand."""

from seawright_user_simulator.core.prompts import message_only

TEXT = message_only.TEXT + (
    "\n- You have tools that only you can use. Use one when the agent asks you to do or to look at "
    "just that, and only then; then tell him what it said. A thing that you did not do with a "
    "tool, you did not do. The agent's own tools are none of yours."
)
"""The text on which the orchestrator's user dialogues are trained, too: a test holds them equal."""
