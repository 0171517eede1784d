"""The scripted customer: a pure function of scenario, transcript, seed and slip rate.

What he has said and been promised is not stored: the agent's messages are walked through again at
each turn, and the last decision is the reply.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Fact, Scenario, Wish
from seawright_user_simulator.core.agent_speech import (
    Act,
    act_of,
    asked_facts,
    asks,
    claims,
    names,
    names_an_id,
    speaks_of,
)
from seawright_user_simulator.core.deeds import AgentTurn, Hands, told, turns_of
from seawright_user_simulator.core.disclosing import facts_in_hand, let_out
from seawright_user_simulator.core.ports import Cue, Reply, stop_in
from seawright_user_simulator.core.slips import Slips

_YES: dict[str, tuple[str, ...]] = {
    "plain": ("Yes.", "Yes, please.", "Yes, go ahead."),
    "brief": ("Yes.",),
    "polite": ("Yes, please. Thank you.", "Yes, that is right. Thank you."),
}
_BYE: dict[str, tuple[str, ...]] = {
    "plain": ("No, that is all. Thanks! ###STOP###", "That is all, thank you. ###STOP###"),
    "brief": ("No. ###STOP###",),
    "polite": ("No, that is all. Thank you very much! ###STOP###",),
}
_LEAVE = "This does not help me. Goodbye. ###STOP###"
_TRANSFER = "###TRANSFER###"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mind:
    """Where the customer stands: which wish, whether he said yes to it, what was useless."""

    wish: int = 0
    agreed: bool = False
    useless: int = 0
    told: frozenset[str] = frozenset()
    text: str = ""
    hands: Hands = field(default_factory=lambda: Hands(deeds=()))
    call: ToolCall | None = None
    """What he does before he answers."""


def scripted_reply(cue: Cue) -> Reply:
    """Return the customer's next message. Any transcript, even garbage, has exactly one reply."""
    mind = _Mind()
    turns = turns_of(cue.messages)
    for number, turn in enumerate(turns):
        # The seed varies the wording only; nothing secret depends on it.
        draw = random.Random(f"words:{cue.seed}:{number}")  # noqa: S311
        if number == 0:
            mind = _opened(cue.scenario)
        else:
            mind = _answer(replace(mind, call=None), cue.scenario, turn, draw)
    if mind.call is not None:
        return _doing(mind.call, cue, len(turns))
    hidden = [f.text for f in cue.scenario.facts if f.when != "upfront" and f.key not in mind.told]
    outcome = Slips.of(cue.user, cue.seed).in_text(
        mind.text, turn=len(turns), hidden=hidden, is_last=stop_in(mind.text) is not None
    )
    message = Message(role="user", content=outcome.text)
    return Reply(message=message, stop=stop_in(outcome.text), slip=outcome.slip)


def agent_turns(messages: Sequence[Message]) -> list[str]:
    """Return what the agent said before each reply of the user, the pending one last."""
    return [turn.text for turn in turns_of(messages)]


def _doing(call: ToolCall, cue: Cue, turn: int) -> Reply:
    """Return his own call; where he slips, his word that it is done."""
    if Slips.of(cue.user, cue.seed).on_deed(call.name, turn=turn):
        return Reply(message=Message(role="user", content="Done."), slip="claimed_deed")
    return Reply(message=Message(role="user", tool_calls=[call]))


def _opened(scenario: Scenario) -> _Mind:
    told = frozenset(fact.key for fact in scenario.facts if fact.when == "upfront")
    return _Mind(told=told, text=scenario.opening, hands=Hands(deeds=scenario.deeds))


def _answer(mind: _Mind, scenario: Scenario, turn: AgentTurn, draw: random.Random) -> _Mind:
    text, act = turn.text, act_of(turn.text)
    wish = scenario.wishes[mind.wish]
    if act is Act.TRANSFER:
        return replace(mind, text=_TRANSFER)
    is_agreeable = act is Act.PROPOSAL and wish.expects == "fulfil" and names(text, wish)
    if scenario.deeds and not (is_agreeable and wish.mentions):
        acted = _act(mind, scenario, turn)
        if acted is not None:
            return acted
    if is_agreeable:
        return _agree(mind, scenario, draw)
    asked = asked_facts(text, facts_in_hand(scenario, mind.wish)) if asks(text) else []
    is_about_ids = act is Act.PROPOSAL and names_an_id(text)
    is_news = any(fact.key not in mind.told for fact in asked)
    if is_news and not is_about_ids and act is not Act.REPORT:
        return _tell(mind, scenario, asked)
    if act is Act.PROPOSAL:
        return _useless(mind, scenario, f"No. {wish.text}")
    if _settles(act, text, wish, mind):
        return _next(mind, scenario, draw)
    if asked and act is not Act.REPORT:
        return _tell(mind, scenario, asked)
    if mind.agreed:
        return _useless(mind, scenario, "Please go ahead.")
    return _useless(mind, scenario, f"Sorry, that is not what I need. {wish.text}")


def _act(mind: _Mind, scenario: Scenario, turn: AgentTurn) -> _Mind | None:
    """Do what the message asks for, one thing at a time, then tell of it; None: it asks nothing."""
    planned = mind.hands.plan(turn.text)
    if not planned:
        return None
    doable = [deed for deed in planned if deed is not None]
    num_done = len(turn.results)
    if num_done < len(doable):
        deed = doable[num_done]
        call = ToolCall(
            id=f"deed_{num_done}", name=deed.name, arguments=deed.arguments, requestor="user"
        )
        # What he says in a turn that he did not finish, he was not heard to say.
        return replace(mind, call=call, hands=mind.hands.after(turn))
    after = replace(mind, hands=mind.hands.after(turn))
    said = told(planned, turn)
    return replace(after, text=said) if doable else _useless(after, scenario, said)


def _settles(act: Act, text: str, wish: Wish, mind: _Mind) -> bool:
    """Whether the message ends the wish, as far as the customer can tell."""
    if wish.expects == "fulfil":
        return act is Act.REPORT and (mind.agreed or (claims(text) and speaks_of(text, wish)))
    if wish.expects == "refuse":
        return act is Act.REFUSAL and speaks_of(text, wish)
    if wish.expects == "info":
        return act in (Act.REPORT, Act.STATEMENT) and speaks_of(text, wish)
    return False


def _agree(mind: _Mind, scenario: Scenario, draw: random.Random) -> _Mind:
    yes = draw.choice(_YES.get(scenario.persona, _YES["plain"]))
    if mind.agreed:
        return _useless(mind, scenario, yes)
    return replace(mind, agreed=True, text=yes)


def _tell(mind: _Mind, scenario: Scenario, asked: list[Fact]) -> _Mind:
    fresh = let_out(scenario, [fact for fact in asked if fact.key not in mind.told])
    text = " ".join(fact.text for fact in fresh or asked)
    if not fresh:
        return _useless(mind, scenario, text)
    return replace(mind, told=mind.told | {fact.key for fact in fresh}, text=text)


def _next(mind: _Mind, scenario: Scenario, draw: random.Random) -> _Mind:
    following = mind.wish + 1
    if following < len(scenario.wishes):
        text = scenario.wishes[following].text
        return replace(mind, wish=following, agreed=False, useless=0, text=text)
    return replace(mind, text=draw.choice(_BYE.get(scenario.persona, _BYE["plain"])))


def _useless(mind: _Mind, scenario: Scenario, text: str) -> _Mind:
    useless = mind.useless + 1
    if useless >= scenario.patience_turns:
        text = _LEAVE
    return replace(mind, useless=useless, text=text)
