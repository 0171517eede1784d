"""The right agent's script for a draft, and the customer's scenario that fits it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from seawright_environment.core.disclosures import disclosed
from seawright_environment.core.drafting import Composition
from seawright_environment.core.world import World
from seawright_environment.domains.telecom import phrases
from seawright_environment.domains.telecom.faults import UNFIXABLE, faults_in
from seawright_environment.domains.telecom.goals import GOALS
from seawright_environment.domains.telecom.goals_carrier import (
    Carrier,
    number_of,
    texts_of,
)
from seawright_environment.domains.telecom.goals_sequence import is_trouble
from seawright_environment.domains.telecom.phrases_answers import ROAMING_ON, answer
from seawright_environment.domains.telecom.phrases_deeds import all_deeds, few_deeds
from seawright_environment.domains.telecom.phrases_slots import key_of, script_slots, wish_slots
from seawright_environment.domains.telecom.rules_preparing import phone_line
from seawright_environment.domains.telecom.solution_guidance import (
    PROPOSED,
    TRANSFER,
    amounts_of,
    guidance_of,
    writes_of,
)
from seawright_environment.domains.telecom.solution_reads import identification, reads_of
from seawright_environment.domains.telecom.solution_story import is_abroad, remarks, story_of
from seawright_shared.records.checkers import CalledItem, SaidItem
from seawright_shared.records.messages import ToolCall
from seawright_shared.records.tasks import (
    Draft,
    DraftGoal,
    Fact,
    Scenario,
    Solution,
    SolutionStep,
    Wish,
)

PATIENCE_TURNS = 4
"""Short, so that a hopeless episode costs little."""
IDENTIFY = "get_customer_by_*"
_LINE_READ, _BILL_READ, _LOOK = "get_d*", "get_*ls_*", "check_*"
"""Globs of what shows a line, what shows a bill, and what the customer looks at."""


@dataclass(frozen=True, slots=True)
class _Writer:
    """What one composition needs at every step."""

    carrier: Carrier
    draft: Draft
    draw: random.Random


def compose(world: World, draft: Draft) -> Composition:
    """Put a draft that can be carried out into words."""
    carrier = Carrier(world.view)
    # The seed varies the wording only.
    writer = _Writer(carrier, draft, random.Random(f"words:{draft.seed}"))  # noqa: S311
    wishes = [_wish(writer, index, goal) for index, goal in enumerate(draft.goals)]
    line_id = phone_line(carrier, draft.customer_id, draft.goals)
    identity = identification(carrier, draft, line_id, writer.draw)
    greeting = writer.draw.choice(phrases.GREETINGS.get(draft.persona, phrases.GREETINGS["plain"]))
    story = story_of(carrier, draft, wishes[0].text, identity.fact, greeting)
    told = disclosed(draft.disclosure, story, wishes)
    has_trouble = any(map(is_trouble, draft.goals))
    scenario = Scenario(
        persona=draft.persona,
        opening=told.opening,
        wishes=wishes,
        facts=[*told.facts, *_circumstances(draft)],
        unknowns=["ids of lines and devices"],
        deeds=all_deeds(world.state) if has_trouble else few_deeds(world.state),
        disclosure=draft.disclosure,
        reference=draft.reference,
        patience_turns=PATIENCE_TURNS,
    )
    solution = Solution(
        ask_identity=phrases.ASK_DETAILS if told.asks_details else phrases.ASK_IDENTITY,
        identify=[identity.call],
        steps=[_step(writer, index, goal) for index, goal in enumerate(draft.goals)],
    )
    return Composition(
        scenario=scenario,
        solution=solution,
        called=[item for goal in draft.goals for item in _called(goal)],
        said=[item for goal in draft.goals for item in _said(writer, goal)],
    )


def _wish(writer: _Writer, index: int, goal: DraftGoal) -> Wish:
    slots = wish_slots(writer.carrier, writer.draft, goal)
    text = writer.draw.choice(phrases.WISHES[key_of(goal)]).format(**slots)
    text = " ".join([text, *remarks(goal)])
    shown = script_slots(writer.carrier, goal)
    return Wish(
        text=phrases.ONE_MORE + text if index else text,
        mentions=_mentions(goal, shown),
        knows=[shown[name] for name in ("line_id", "phone", "plan_id", "cost") if name in shown],
        expects=GOALS[goal.type].outcome,
    )


def _mentions(goal: DraftGoal, shown: Mapping[str, str]) -> list[str]:
    """Return what a right proposal names; what the customer is asked to pay, by its ids."""
    faults = faults_in(goal.arguments) if is_trouble(goal) else []
    if goal.type == "resume_line":
        return texts_of(goal.arguments, "bill_ids")
    if "line_suspended" in faults or (not faults and "bill_id" in shown):
        return [shown["bill_id"]]
    if "data_used_up" in faults or goal.type == "refuel_data":
        return [shown["line_id"], shown["gb"]]
    return [] if faults else [shown["phone"]]


def _circumstances(draft: Draft) -> list[Fact]:
    """Return what the customer knows beside his wishes: where he is, how much data he wants."""
    is_away = any(map(is_abroad, draft.goals))
    where = "I am abroad." if is_away else "I am at home, not abroad."
    facts = [Fact(key="place", text=where, when="on_ask", cues=list(phrases.PLACE_CUES))]
    for goal in draft.goals:
        if is_trouble(goal) and "data_used_up" in faults_in(goal.arguments):
            text = f"I would like {number_of(goal.arguments, 'gb'):g} GB more."
            facts.append(
                Fact(key="amount", text=text, when="on_ask", cues=list(phrases.AMOUNT_CUES))
            )
    return facts


def _step(writer: _Writer, index: int, goal: DraftGoal) -> SolutionStep:
    carrier = writer.carrier
    slots = script_slots(carrier, goal)
    reads = reads_of(carrier, goal, prefix=f"r{index}")
    if goal.type == "change_plan":
        summary = f"The customer wants the plan {slots['plan_id']} for line {slots['line_id']}."
        call = ToolCall(id=f"w{index}", name=TRANSFER, arguments={"summary": summary})
        return SolutionStep(reads=[*reads, call], report=phrases.TRANSFERRED)
    if goal.type == "hopeless_trouble":
        guidance = guidance_of(carrier, goal)
        return SolutionStep(reads=reads, guidance=guidance, report=phrases.TRANSFERRED)
    late = [call for call in writes_of(goal) if call.name in PROPOSED]
    if is_trouble(goal):
        late = [call for call in late if call.name == "refuel_data"]
    is_asked = any(call.name == "refuel_data" for call in late)
    return SolutionStep(
        reads=reads,
        guidance=guidance_of(carrier, goal),
        proposal=_proposal(slots) if is_asked else None,
        writes=[
            ToolCall(id=f"w{index}", name=call.name, arguments=call.arguments) for call in late
        ],
        report=f"{_report(carrier, goal)} {phrases.ANYTHING_ELSE}",
    )


def _proposal(slots: Mapping[str, str]) -> str:
    return f"{phrases.PROPOSALS['refuel'].format(**slots)} {phrases.PROCEED}"


def _report(carrier: Carrier, goal: DraftGoal) -> str:
    slots = script_slots(carrier, goal)
    if is_trouble(goal):
        return phrases.REPORTS["trouble"].format(**slots)
    if goal.type == "refused_refuel":
        is_own = slots["line_id"] in carrier.line_ids(slots["customer_id"])
        key = "refused_refuel" if is_own else "refused_stranger"
        return phrases.REPORTS[key].format(**slots)
    key = key_of(goal) if "fact" in slots else goal.type
    return phrases.REPORTS[key].format(**slots)


def _called(goal: DraftGoal) -> list[CalledItem]:
    """Return the evidence for an outcome that leaves the state as it was."""
    if goal.type == "hopeless_trouble":
        is_carriers = "line_ended" in UNFIXABLE & set(faults_in(goal.arguments))
        seen = CalledItem(name=_LINE_READ if is_carriers else _LOOK)
        return [CalledItem(name=TRANSFER), seen]
    if goal.type == "change_plan":
        return [CalledItem(name=TRANSFER), CalledItem(name=_LINE_READ)]
    if GOALS[goal.type].outcome == "fulfil":
        return []
    if goal.type == "refused_refuel":
        return [CalledItem(name=IDENTIFY)]
    seen = CalledItem(name=_BILL_READ if "bill_id" in goal.arguments else _LINE_READ)
    return [CalledItem(name=IDENTIFY), seen]


def _said(writer: _Writer, goal: DraftGoal) -> list[SaidItem]:
    outcome = GOALS[goal.type].outcome
    if outcome == "refuse":
        return [SaidItem(any_of=list(phrases.REFUSALS))]
    if goal.type == "roaming_info":
        return [SaidItem(any_of=list(ROAMING_ON))]
    if outcome == "info":
        told = answer(writer.carrier, goal)
        return [told.said] if told is not None else []
    amounts = amounts_of(writer.carrier, goal)
    if any(call.name == "refuel_data" for call in writes_of(goal)):
        cost = script_slots(writer.carrier, goal)["cost"]
        amounts.append(float(cost.removeprefix("$")))
    return [SaidItem(cents=round(amount * 100)) for amount in amounts]
