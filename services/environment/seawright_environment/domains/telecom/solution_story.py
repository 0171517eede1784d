"""A customer's first wish in all the ways in which he may come to tell it."""

from collections.abc import Iterator

from seawright_environment.core.disclosures import Story
from seawright_environment.domains.telecom import phrases, phrases_disclosures
from seawright_environment.domains.telecom.faults import faults_in
from seawright_environment.domains.telecom.goals_carrier import Carrier, text_of
from seawright_environment.domains.telecom.goals_sequence import is_trouble
from seawright_environment.domains.telecom.phrases_slots import key_of, wish_slots
from seawright_shared.records.tasks import Draft, DraftGoal, Fact


def story_of(carrier: Carrier, draft: Draft, wish: str, identity: Fact, greeting: str) -> Story:
    """Return what the customer may say of his first wish, besides the text of it."""
    goal = draft.goals[0]
    slots, key = wish_slots(carrier, draft, goal), key_of(goal)
    words = key.split("/")[0]
    pieces = phrases_disclosures.PIECES.get(key)
    about = [text.format(**slots) for text in pieces] if pieces else [wish]
    return Story(
        greeting=greeting,
        vague=phrases.VAGUE[goal.type if goal.type in phrases.VAGUE else words],
        pieces=[*about, *(remarks(goal) if pieces else ())],
        first_thought=phrases_disclosures.FIRST_THOUGHTS[words].format(**slots),
        correction=phrases_disclosures.CORRECTION,
        aside=next(_asides(carrier, draft)),
        identity=identity,
        detail_cues=phrases.DETAIL_CUES,
    )


def remarks(goal: DraftGoal) -> list[str]:
    """Return what a customer adds to a wish: what he suspects, and that he is abroad."""
    found: list[str] = []
    if is_trouble(goal):
        found.append(phrases.SUSPICIONS[text_of(goal.arguments, "suspicion")].strip())
    if is_abroad(goal):
        found.append(phrases.ABROAD.strip())
    return [remark for remark in found if remark]


def is_abroad(goal: DraftGoal) -> bool:
    """Whether the customer is abroad, by this wish."""
    if is_trouble(goal):
        return any(name.endswith("roaming_off") for name in faults_in(goal.arguments))
    return goal.arguments.get("abroad") is True


def _asides(carrier: Carrier, draft: Draft) -> Iterator[str]:
    """Yield what is true of things that no wish is about."""
    spoken = [goal.arguments.get("line_id") for goal in draft.goals]
    lines = [carrier.line(line_id) for line_id in spoken if isinstance(line_id, str)]
    meant = {text_of(line, "plan_id") for line in lines if line is not None}
    for line in carrier.lines_of(draft.customer_id):
        if text_of(line, "plan_id") not in meant and text_of(line, "line_id") not in spoken:
            plan = text_of(carrier.plan_of(line), "name")
            yield phrases_disclosures.ASIDE_LINE.format(plan=plan)
    name = text_of(carrier.customer(draft.customer_id), "full_name").split()[0]
    yield phrases_disclosures.ASIDE_NAME.format(name=name)
