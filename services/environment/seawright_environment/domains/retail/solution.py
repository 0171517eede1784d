"""The right agent's script for a draft, and the customer's scenario that fits it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from seawright_environment.core.disclosures import disclosed
from seawright_environment.core.drafting import Composition
from seawright_environment.core.world import World
from seawright_environment.domains.retail import phrases
from seawright_environment.domains.retail.goals import GOALS, list_argument
from seawright_environment.domains.retail.goals_shop import Shop
from seawright_environment.domains.retail.phrases_slots import (
    key_of,
    script_slots,
    wish_slots,
)
from seawright_environment.domains.retail.rules_policy import EXPLANATIONS
from seawright_environment.domains.retail.rules_wishes import rule_against
from seawright_environment.domains.retail.solution_reads import identification, reads_of
from seawright_environment.domains.retail.solution_story import story_of
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


@dataclass(frozen=True, slots=True)
class _Writer:
    """What one composition needs at every step."""

    shop: Shop
    draft: Draft
    draw: random.Random


def compose(world: World, draft: Draft) -> Composition:
    """Put a draft that can be carried out into words."""
    # The seed varies the wording only.
    writer = _Writer(Shop(world.view), draft, random.Random(f"words:{draft.seed}"))  # noqa: S311
    wishes = [_wish(writer, index, goal) for index, goal in enumerate(draft.goals)]
    greeting = writer.draw.choice(phrases.GREETINGS.get(draft.persona, phrases.GREETINGS["plain"]))
    identity = identification(world, draft, writer.draw)
    story = story_of(writer.shop, draft, wishes[0].text, identity.fact, greeting)
    told = disclosed(draft.disclosure, story, wishes)
    scenario = Scenario(
        persona=draft.persona,
        opening=told.opening,
        wishes=wishes,
        facts=told.facts,
        unknowns=list(identity.unknowns),
        disclosure=draft.disclosure,
        reference=draft.reference,
        patience_turns=PATIENCE_TURNS,
    )
    solution = Solution(
        ask_identity=phrases.ASK_DETAILS if told.asks_details else phrases.ASK_IDENTITY,
        identify=[identity.call],
        steps=[_step(writer, now, index) for index, now in enumerate(_shops(world, draft))],
    )
    return Composition(
        scenario=scenario,
        solution=solution,
        called=[item for goal in draft.goals for item in _called(goal)],
        said=[item for goal in draft.goals for item in _said(writer, goal)],
    )


def _wish(writer: _Writer, index: int, goal: DraftGoal) -> Wish:
    slots = wish_slots(writer.shop, writer.draft, goal)
    text = writer.draw.choice(phrases.WISHES[key_of(goal)]).format(**slots)
    return Wish(
        text=phrases.ONE_MORE + text if index else text,
        mentions=_mentions(goal, slots),
        expects=GOALS[goal.type].outcome,
    )


def _mentions(goal: DraftGoal, slots: Mapping[str, str]) -> list[str]:
    """Return what a right proposal names; where none is right, the order that was spoken of."""
    kind = GOALS[goal.type]
    if kind.outcome == "refuse":
        return [slots["order_id"]]
    mentions = [mention.format(**slots) for mention in phrases.MENTIONS[kind.words]]
    for name in ("item_ids", "new_item_ids"):
        if name in goal.arguments:
            mentions += list_argument(goal, name)
    return [mention for mention in mentions if mention]


def _shops(world: World, draft: Draft) -> list[Shop]:
    """Return the shop as each goal meets it."""
    shops = [Shop(world.view)]
    for goal in draft.goals[:-1]:
        if GOALS[goal.type].outcome == "fulfil":
            world = world.fork()
            world.call("assistant", goal.type, goal.arguments)
        shops.append(Shop(world.view))
    return shops


def _step(writer: _Writer, now: Shop, index: int) -> SolutionStep:
    goal = writer.draft.goals[index]
    slots = script_slots(writer.shop, goal)
    reads = reads_of(writer.shop, writer.draft, goal, prefix=f"r{index}")
    if goal.type == "human_request":
        summary = phrases.WISHES[key_of(goal)][0]
        call = ToolCall(id=f"w{index}", name=TRANSFER, arguments={"summary": summary})
        return SolutionStep(reads=[call], report=phrases.TRANSFERRED)
    kind = GOALS[goal.type]
    if kind.outcome == "refuse":
        rule = rule_against(now, kind.words, goal)
        assert rule is not None, "only what a rule forbids is refused"
        order = now.order(slots["order_id"])
        why = EXPLANATIONS[rule].format(status=order["status"] if order is not None else "")
        denial = phrases.DENIALS[kind.words].format(why=why, **slots)
        return SolutionStep(reads=reads, report=f"{denial} {phrases.ANYTHING_ELSE}")
    report = f"{phrases.REPORTS[key_of(goal)].format(**slots)} {phrases.ANYTHING_ELSE}"
    if kind.outcome != "fulfil":
        return SolutionStep(reads=reads, report=report)
    return SolutionStep(
        reads=reads,
        proposal=f"{phrases.PROPOSALS[kind.words].format(**slots)} {phrases.PROCEED}",
        writes=[ToolCall(id=f"w{index}", name=goal.type, arguments=goal.arguments)],
        report=report,
    )


def _called(goal: DraftGoal) -> list[CalledItem]:
    """Return the evidence for an outcome that leaves the state as it was."""
    if goal.type == "human_request":
        return [CalledItem(name=TRANSFER)]
    if GOALS[goal.type].outcome == "fulfil":
        return []
    order = {"order_id": goal.arguments["order_id"]}
    return [
        CalledItem(name="find_user_id_*"),
        CalledItem(name="get_order_details", arguments=order),
    ]


def _said(writer: _Writer, goal: DraftGoal) -> list[SaidItem]:
    if GOALS[goal.type].outcome == "refuse":
        return [SaidItem(any_of=list(phrases.REFUSALS))]
    if goal.type != "order_info":
        return []
    text = script_slots(writer.shop, goal)["answer"]
    if goal.arguments["fact"] == "total":
        return [SaidItem(cents=round(float(text.removeprefix("$")) * 100))]
    return [SaidItem(text=text)]
