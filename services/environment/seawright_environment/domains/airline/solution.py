"""The right agent's script for a draft, and the customer's scenario that fits it."""

import random
from dataclasses import dataclass

from seawright_environment.core.disclosures import disclosed
from seawright_environment.core.drafting import Composition
from seawright_environment.core.world import World
from seawright_environment.domains.airline import phrases
from seawright_environment.domains.airline.goals import GOALS, writes_of
from seawright_environment.domains.airline.goals_airline import Airline
from seawright_environment.domains.airline.phrases_slots import (
    key_of,
    mentions,
    script_slots,
    wish_slots,
)
from seawright_environment.domains.airline.rules_policy import EXPLANATIONS
from seawright_environment.domains.airline.rules_wishes import rule_against
from seawright_environment.domains.airline.solution_reads import reads_of
from seawright_environment.domains.airline.solution_story import story_of
from seawright_shared.records.checkers import CalledItem, SaidItem
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import (
    Draft,
    DraftGoal,
    Scenario,
    Solution,
    SolutionStep,
    Wish,
)

TRANSFER = "transfer_to_human_agents"
PATIENCE_TURNS = 4
"""Short, so that a hopeless episode costs little."""
_NUMBERS = ("bags", "free_bags", "num_passengers")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One goal, and the airline as it is when the goal is asked for."""

    number: int
    goal: DraftGoal
    airline: Airline
    """Before any wish: what the customer knows of it."""
    now: Airline


def compose(world: World, draft: Draft) -> Composition:
    """Put a draft that can be carried out into words."""
    # The seed varies the wording only.
    draw = random.Random(f"words:{draft.seed}")  # noqa: S311
    parts = _parts(world, draft)
    wishes = [_wish(draft, part, draw) for part in parts]
    greeting = draw.choice(phrases.GREETINGS.get(draft.persona, phrases.GREETINGS["plain"]))
    story = story_of(parts[0].airline, draft, wishes[0].text, greeting)
    told = disclosed(draft.disclosure, story, wishes)
    scenario = Scenario(
        persona=draft.persona,
        opening=told.opening,
        wishes=wishes,
        facts=told.facts,
        disclosure=draft.disclosure,
        reference=draft.reference,
        patience_turns=PATIENCE_TURNS,
    )
    user: ToolCall = ToolCall(
        id="i0", name="get_user_details", arguments={"user_id": draft.customer_id}
    )
    solution = Solution(
        ask_identity=phrases.ASK_DETAILS if told.asks_details else phrases.ASK_IDENTITY,
        identify=[user],
        steps=[_step(draft, part) for part in parts],
    )
    return Composition(
        scenario=scenario,
        solution=solution,
        called=[item for part in parts for item in _called(draft, part.goal)],
        said=[item for part in parts for item in _said(part)],
    )


def _parts(world: World, draft: Draft) -> list[_Part]:
    """Return the goals with the state that each of them meets."""
    start, now = Airline(world.view), world.fork()
    parts: list[_Part] = []
    for number, goal in enumerate(draft.goals):
        parts.append(_Part(number=number, goal=goal, airline=start, now=Airline(now.view)))
        if GOALS[goal.type].outcome == "fulfil":
            now = now.fork()
            for call in writes_of(goal):
                now.call(call.requestor, call.name, call.arguments)
    return parts


def _wish(draft: Draft, part: _Part, draw: random.Random) -> Wish:
    goal = part.goal
    slots = wish_slots(part.airline, draft, goal)
    text = draw.choice(phrases.WISHES[key_of(goal)]).format(**slots)
    return Wish(
        text=phrases.ONE_MORE + text if part.number else text,
        mentions=mentions(goal),
        expects=GOALS[goal.type].outcome,
    )


def _step(draft: Draft, part: _Part) -> SolutionStep:
    goal, kind = part.goal, GOALS[part.goal.type]
    slots = script_slots(part.now, goal)
    reads = reads_of(part.now, draft, goal, prefix=f"r{part.number}")
    if kind.outcome == "transfer":
        slots = wish_slots(part.airline, draft, goal)
        summary = phrases.WISHES[key_of(goal)][0].format(**slots)
        call = ToolCall(id=f"w{part.number}", name=TRANSFER, arguments={"summary": summary})
        return SolutionStep(reads=[*reads, call], report=phrases.TRANSFERRED)
    words = phrases.DENIALS if kind.outcome == "refuse" else phrases.REPORTS
    report = words[key_of(goal)].format(why=_why(part), **slots)
    report = f"{report} {phrases.ANYTHING_ELSE}"
    if kind.outcome != "fulfil":
        return SolutionStep(reads=reads, report=report)
    return SolutionStep(
        reads=reads,
        proposal=f"{phrases.PROPOSALS[key_of(goal)].format(**slots)} {phrases.PROCEED}",
        writes=[
            ToolCall(id=f"w{part.number}.{place}", name=call.name, arguments=call.arguments)
            for place, call in enumerate(writes_of(goal))
        ],
        report=report,
    )


def _why(part: _Part) -> str:
    """Return what is told of the rule that stands against a wish."""
    kind = GOALS[part.goal.type]
    if kind.outcome != "refuse":
        return ""
    return EXPLANATIONS.get(rule_against(part.now, kind.words, part.goal), "")


def _called(draft: Draft, goal: DraftGoal) -> list[CalledItem]:
    """Return the evidence for an outcome that leaves the state as it was."""
    kind = GOALS[goal.type]
    if kind.outcome == "fulfil":
        return []
    evidence = [CalledItem(name=TRANSFER)] if kind.outcome == "transfer" else []
    if goal.type == "human_request":
        return evidence
    evidence.append(CalledItem(name="get_user_details", arguments={"user_id": draft.customer_id}))
    if "reservation_id" in goal.arguments:
        named = {"reservation_id": goal.arguments["reservation_id"]}
        evidence.append(CalledItem(name="get_reservation_details", arguments=named))
    return evidence


def _said(part: _Part) -> list[SaidItem]:
    goal = part.goal
    if GOALS[goal.type].outcome == "refuse":
        return [SaidItem(any_of=list(phrases.REFUSALS))]
    if goal.type != "reservation_info":
        return []
    text = script_slots(part.now, goal)["answer"]
    if goal.arguments["fact"] == "total" or goal.arguments["fact"] in _NUMBERS:
        return [SaidItem(cents=int(text.removeprefix("$")) * 100)]
    return [SaidItem(text=text)]
