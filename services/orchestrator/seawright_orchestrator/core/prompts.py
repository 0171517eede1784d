"""The system texts of the players, and nothing else: one source for sampling and for training."""

from typing import Literal

from seawright_shared.records.tasks import Scenario

AGENT_INSTRUCTION = (
    "You are a customer service agent. In each turn either write to the customer or call a tool. "
    "Find out who the customer is before you look anything up. "
    "Before you change anything, say what you will do and wait for a yes."
)

USER_INSTRUCTION = (
    "You are a customer who writes to a service agent. Say only what you know. Answer what you "
    "are asked, briefly. When all you want is settled, write ###STOP###."
)


def agent_system(domain_policy: str, mode: Literal["full", "none"]) -> str:
    """Return the agent's system text, with or without the domain policy."""
    if mode == "none":
        return AGENT_INSTRUCTION
    return f"{AGENT_INSTRUCTION}\n\n# Policy\n\n{domain_policy.strip()}"


def user_system(scenario: Scenario) -> str:
    """Return the text that tells a user model whom it plays."""
    wishes = [f"{index}. {wish.text}" for index, wish in enumerate(scenario.wishes, start=1)]
    facts = [f"- {fact.text}" for fact in scenario.facts if fact.when != "never"]
    parts = [
        USER_INSTRUCTION,
        f"Manner: {scenario.persona}.",
        "What you want, in this order:\n" + "\n".join(wishes),
    ]
    if facts:
        parts.append("What you know:\n" + "\n".join(facts))
    if scenario.unknowns:
        parts.append("What you do not know: " + "; ".join(scenario.unknowns) + ".")
    return "\n\n".join(parts)
