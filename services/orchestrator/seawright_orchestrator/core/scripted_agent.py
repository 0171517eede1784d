"""The oracle agent: plays a task's solution against any user, with seeded slips on request."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from seawright_orchestrator.core.near_misses import near_miss
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Guidance, Solution, SolutionStep

ANYTHING_ELSE = "Is there anything else I can help you with?"
LEFT_ALONE = "All right, I will leave that as it is. Is there anything else?"
AGREES = re.compile(
    r"\b(yes|yeah|yep|yup|sure|ok|okay|correct|right|please do|go ahead|confirm\w*|agree\w*|"
    r"proceed|sounds good|that works|do it)\b"
)
DECLINES = re.compile(
    r"^\W*(no|nope|nah|wait|hold on|stop|never ?mind)\b|\b(do not|don't|dont|not what|not right|"
    r"not correct|incorrect|wrong|cancel that|rather not)\b"
)
DID = re.compile(
    r"\b(done|did|says|said|shows|shown|have|has|now|paid|restarted|switched|turned)\b"
)
"""How a customer tells that he did what he was asked to do, or saw what he was asked to see."""
DID_NOT = re.compile(r"\b(not what i need|did not|didn't|have not|haven't|not yet|how do i)\b")
NUM_PROPOSALS = 2
"""How often one proposal is made before the wish is left alone."""
NUM_REQUESTS = 3
"""How often the customer is asked to do one thing before the wish is left alone."""


@dataclass(slots=True, kw_only=True)
class ScriptedAgent:
    """One play of a solution. `turn` takes what is new and says what the agent does next."""

    solution: Solution
    rng: random.Random
    slip_rate: float = 0.0
    heard: list[str] = field(default_factory=list[str])
    results: list[Message] = field(default_factory=list[Message])
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    """Calls decided on and not yet made."""
    step: int = -1
    """Index of the wish in hand; -1 until the customer is known."""
    num_proposed: int = 0
    guided: list[Guidance] = field(default_factory=list[Guidance])
    """What the two of them still do before the proposal, in order."""
    num_asked: int = 0
    """How often the first of them was asked for."""
    stage: str = "identity"
    slip: str | None = None
    """The slip that this turn committed."""
    planned_slip: str | None = None

    def turn(self, new: Sequence[Message]) -> Message:
        """Return the agent's next message."""
        self.slip = None
        answer = ""
        for message in new:
            if message.role == "tool":
                self.results.append(message)
            elif message.role == "user" and message.content:
                self.heard.append(message.content.lower())
                answer = message.content.lower()
        if self.calls:
            return self._call()
        if self.stage == "identity":
            return self._identify()
        if self.stage == "proposed":
            return self._after(answer)
        if self.stage == "asked":
            return self._heed(answer)
        return self._settle()

    def _identify(self) -> Message:
        """Ask who the customer is until he has said all that the first look-up needs."""
        identify = self.solution.identify
        if identify and not self._was_told(identify[0]):
            return said(self.solution.ask_identity)
        self.stage = "settle"
        self.calls = list(identify)
        return self._call() if self.calls else self._settle()

    def _was_told(self, call: ToolCall) -> bool:
        text = " ".join(self.heard)
        return all(str(value).lower() in text for value in call.arguments.values())

    def _settle(self) -> Message:
        """Go on with the wish in hand, or take the next one."""
        if self.stage == "settle":
            self.step += 1
            if self.step >= len(self.solution.steps):
                return said(ANYTHING_ELSE)
            self.num_proposed, self.num_asked = 0, 0
            self.planned_slip = self._plan_slip(self._current)
            self.stage = "guide"
            self.guided = list(self._current.guidance)
            self.calls = list(self._current.reads)
            if self.calls:
                return self._call()
        if self.stage == "guide":
            return self._guide()
        if self.stage == "propose":
            return self._propose()
        self.stage = "settle"
        return said(self._current.report)

    @property
    def _current(self) -> SolutionStep:
        return self.solution.steps[self.step]

    def _plan_slip(self, step: SolutionStep) -> str | None:
        acts = [*step.writes, *step.guidance]
        if not acts or self.rng.random() >= self.slip_rate:
            return None
        if not step.writes:
            return "stopped_early"
        kinds = ["wrong_argument", "stopped_early"]
        if step.proposal is not None:
            kinds.append("unconfirmed_write")
        return self.rng.choice(kinds)

    def _guide(self) -> Message:
        """Do the next thing, or ask for it; then propose."""
        if self.planned_slip == "stopped_early":
            self.slip, self.stage = self.planned_slip, "settle"
            return said(self._current.report)
        if not self.guided:
            self.stage = "propose"
            return self._propose()
        first = self.guided[0]
        if first.ask:
            self.num_asked += 1
            self.stage = "asked"
            return said(first.ask)
        return self._do()

    def _do(self) -> Message:
        """Make the agent's own call that comes next."""
        deed = self.guided.pop(0).deed
        self.stage, self.num_asked = "guide", 0
        self.calls = [ToolCall(id="guided", name=deed.name, arguments=deed.arguments)]
        return self._call()

    def _heed(self, answer: str) -> Message:
        """Go on where the customer did it, or agreed; ask again, then let the wish be."""
        is_own = self.guided[0].deed.requestor == "assistant"
        if is_own and AGREES.search(answer) and not DECLINES.search(answer):
            return self._do()
        if not is_own and DID.search(answer) and not DID_NOT.search(answer):
            self.guided.pop(0)
            self.stage, self.num_asked = "guide", 0
            return self._guide()
        self.stage = "guide"
        if self.num_asked < NUM_REQUESTS:
            return self._guide()
        self.stage = "settle"
        return said(LEFT_ALONE)

    def _propose(self) -> Message:
        step = self._current
        if step.proposal is None or self.planned_slip == "unconfirmed_write":
            if self.planned_slip == "unconfirmed_write":
                self.slip = self.planned_slip
            return self._write()
        self.num_proposed += 1
        self.stage = "proposed"
        return said(step.proposal)

    def _after(self, answer: str) -> Message:
        """Write after a yes; propose again after anything else, then let the wish be."""
        if AGREES.search(answer) and not DECLINES.search(answer):
            return self._write()
        if self.num_proposed < NUM_PROPOSALS:
            return self._propose()
        self.stage = "settle"
        return said(LEFT_ALONE)

    def _write(self) -> Message:
        self.stage = "report"
        self.calls = list(self._current.writes)
        if self.planned_slip == "wrong_argument":
            self._spoil()
        return self._call() if self.calls else self._settle()

    def _spoil(self) -> None:
        """Put a near miss in the place of one argument of one write, where there is one."""
        seen = [message.content or "" for message in self.results]
        order = self.rng.sample(range(len(self.calls)), len(self.calls))
        for index in order:
            call = self.calls[index]
            for name in self.rng.sample(sorted(call.arguments), len(call.arguments)):
                other: JsonValue = near_miss(call.arguments[name], seen, self.rng)
                if other is not None:
                    arguments = {**call.arguments, name: other}
                    self.calls[index] = call.model_copy(update={"arguments": arguments})
                    self.slip = "wrong_argument"
                    return

    def _call(self) -> Message:
        return Message(role="assistant", tool_calls=[self.calls.pop(0)])


def said(text: str) -> Message:
    """Return a text turn."""
    return Message(role="assistant", content=text)
