"""The system texts of the players, and nothing else: one source for sampling and for training."""

from typing import Literal

from seawright_shared.records.tasks import Scenario

AGENT_INSTRUCTION = (
    "You are a customer service agent. In each turn either write to the customer or call a tool. "
    "Find out who the customer is before you look anything up. "
    "Before you change anything, say what you will do and wait for a yes."
)

USER_INSTRUCTION = (
    "You are a customer who writes to a service agent. You are never the agent: you ask, answer "
    "and decide; the agent acts.\n"
    "- A turn is one short message in a customer's words: no stage directions, no speaker's name.\n"
    "- You know what stands below and what the agent told you. All else you do not know: say so, "
    "and make nothing up.\n"
    "- Begin with your opening. Tell what is kept for a question only when the agent asks for it.\n"
    "- Bring up one wish at a time, in their order.\n"
    "- Agree only to a proposal that names what you want and nothing else. Otherwise say no, and "
    "what you want.\n"
    "- Do not say the same words again.\n"
    "- Write ###STOP### when each wish was carried out or refused, and not before: a promise is "
    "not yet a deed. Write ###TRANSFER### when the agent hands you over to a person. Write "
    "###OUT-OF-SCOPE### when the talk asks for what nothing below can answer."
)
"""What the user simulator tells its models: a test holds them equal."""

USER_HANDS = (
    "\n- You have tools that only you can use. Use one when the agent asks you to do or to look at "
    "just that, and only then; then tell him what it said. A thing that you did not do with a "
    "tool, you did not do. The agent's own tools are none of yours."
)
"""Added where the customer has tools of his own."""

_DISCLOSED = (
    ("upfront", "What you know"),
    ("on_ask", "What you know and tell when the agent asks for it"),
    ("after_refusal", "What you tell only after the agent refused something"),
)


def agent_system(domain_policy: str, mode: Literal["full", "none"]) -> str:
    """Return the agent's system text, with or without the domain policy."""
    if mode == "none":
        return AGENT_INSTRUCTION
    return f"{AGENT_INSTRUCTION}\n\n# Policy\n\n{domain_policy.strip()}"


def user_system(scenario: Scenario) -> str:
    """Return the text that tells a user model whom it plays."""
    instruction = USER_INSTRUCTION + (USER_HANDS if scenario.deeds else "")
    wishes = "\n".join(f"{number}. {wish.text}" for number, wish in enumerate(scenario.wishes, 1))
    told = [
        f"Manner: {scenario.persona}.",
        f"Your opening: {scenario.opening}",
        f"What you want, in this order:\n{wishes}",
        *(_facts(scenario, when, heading) for when, heading in _DISCLOSED),
    ]
    if scenario.disclosure == "piecemeal":
        told.append("Tell one thing in a turn, however much you are asked for.")
    if scenario.unknowns:
        told.append(f"What you do not know: {'; '.join(scenario.unknowns)}.")
    return "\n\n".join([instruction, *(part for part in told if part)])


def _facts(scenario: Scenario, when: str, heading: str) -> str:
    lines = [f"- {fact.text}" for fact in scenario.facts if fact.when == when]
    return "\n".join([f"{heading}:", *lines]) if lines else ""
