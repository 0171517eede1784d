"""What an agent's message asks the customer to do with his own hands, and what he does of it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Deed
from seawright_user_simulator.core.agent_speech import plain

ASKED = "?"
"""As a word of a cue: the sentence is a question."""
MAX_DEEDS = 3
"""Of one message; whoever asks for more asks again."""
ALREADY = "It is that way already."
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]*|[.!?;]+")
_BUT = re.compile(r",? (?:but|however|instead) ")
_NEGATED = re.compile(
    r"\b(?:do not|don't|dont|no need|not necessary|need not|never|avoid|without|should not|"
    r"shouldn't|must not|cannot|can not|can't|unable|not able|not possible)\b"
)
_OF_FACT = re.compile(
    r"^\W*(?:and |so |then )?(?:is|are|was|were|did|does|has|have you|had|which|who|why|how|what)\b"
)
_OWN = re.compile(r"\b(?:i will|i'll|i have|i've|i can|i am|i'm|let me|shall i|should i|may i)\b")
_ADDRESSED = re.compile(
    r"\b(?:please|can you|could you|you can|would you|will you|you should|you need|you to|"
    r"you must|let us|try)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTurn:
    """What the agent said before a text of the user's, and what the user did in between."""

    text: str
    results: Sequence[tuple[ToolCall, str]] = ()
    """The user's own calls, each with the tool's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """How far the switches of the customer's tools are."""

    deeds: Sequence[Deed]
    num_switched: Mapping[str, int] = field(default_factory=dict[str, int])
    """Of each tool whose deeds alternate."""

    def plan(self, text: str) -> list[Deed | None]:
        """Return what he does about a message, in its order; None: it is that way already."""
        switched = Counter(self.num_switched)
        planned: list[Deed | None] = []
        for matching in _asked(text, self.deeds):
            first = matching[0]
            if not first.alternates:
                planned.append(first)
                continue
            ways = [deed for deed in self.deeds if deed.name == first.name]
            able = ways[switched[first.name] % len(ways)]
            is_able = able in matching
            switched[first.name] += is_able
            planned.append(able if is_able else None)
        return planned[:MAX_DEEDS]

    def after(self, turn: AgentTurn) -> "Hands":
        """Return how far the switches are once a turn is over."""
        switched = Counter(self.num_switched)
        switches = {deed.name for deed in self.deeds if deed.alternates}
        for call, _ in turn.results:
            switched[call.name] += call.name in switches
        return Hands(deeds=self.deeds, num_switched=switched)


def told(planned: Sequence[Deed | None], turn: AgentTurn) -> str:
    """Return how he tells what came of it."""
    answers = iter(turn.results)
    said: list[str] = []
    for deed in planned:
        if deed is None:
            said.append(ALREADY)
            continue
        _, content = next(answers, (None, ""))
        said.append(deed.says.replace("{result}", " ".join(content.split())))
    return " ".join(dict.fromkeys(said))


def turns_of(messages: Sequence[Message]) -> list[AgentTurn]:
    """Return the agent's turns, the pending one last.

    Text beside tool calls never reaches the user. A transcript without any agent text is one
    silent turn: the user speaks first.
    """
    said: list[list[str]] = [[]]
    calls: list[dict[str, ToolCall]] = [{}]
    results: list[list[tuple[ToolCall, str]]] = [[]]
    for message in messages:
        if message.role == "user" and not message.tool_calls:
            said.append([])
            calls.append({})
            results.append([])
        elif message.role == "user":
            calls[-1].update({call.id: call for call in message.tool_calls or ()})
        elif message.role == "tool":
            call = calls[-1].get(message.tool_call_id or "")
            results[-1] += [(call, message.content or "")] if call is not None else []
        elif message.role == "assistant" and message.content and not message.tool_calls:
            said[-1].append(message.content)
    return [
        AgentTurn(text="\n".join(texts), results=tuple(answers))
        for texts, answers in zip(said, results, strict=True)
    ]


def _asked(text: str, deeds: Sequence[Deed]) -> list[list[Deed]]:
    """Return the deeds that a message asks for; those that the same words mean together."""
    parts = list(_parts(text))
    found: list[list[Deed]] = []
    for part in parts:
        is_own = _OWN.search(part) and not _ADDRESSED.search(part)
        found += [] if is_own else _grouped(_asked_in(part, deeds))
    if not found and any(map(_ADDRESSED.search, parts)):
        # A thing may be named in one sentence, and asked for as `it` in the next.
        found = _grouped(_asked_in(" ".join(part.rstrip(".!?;") for part in parts), deeds))
    return [group for place, group in enumerate(found) if group not in found[:place]]


def _grouped(asked: Sequence[Deed]) -> list[list[Deed]]:
    groups: dict[str, list[Deed]] = {}
    for deed in asked:
        same = groups.setdefault(_key(deed), [])
        same += [deed] if deed not in same else []
    return list(groups.values())


def _parts(text: str) -> Iterator[str]:
    """Yield sentences and their halves that forbid nothing, in plain words."""
    for line in text.splitlines():
        for sentence in _SENTENCE.findall(plain(line)):
            for part in _BUT.split(sentence):
                if not _NEGATED.search(part):
                    yield part.strip()


def _asked_in(sentence: str, deeds: Sequence[Deed]) -> list[Deed]:
    """Return the deeds that one sentence asks for, in the order of their words.

    The longest cue wins the words that name its thing: Wi-Fi calling is not Wi-Fi.
    """
    # Most cues have a word that is nowhere in the sentence: nothing slower is asked of those.
    cues = [
        (cue, deed) for deed in deeds for cue in deed.cues if all(word in sentence for word in cue)
    ]
    cues.sort(key=lambda one: -sum(map(len, one[0])))
    is_of_fact = _OF_FACT.match(sentence) is not None
    won: list[tuple[range, str]] = []
    found: list[tuple[int, Deed]] = []
    for cue, deed in cues:
        is_about = "?" in cue or "_" in cue[0]
        span = None if is_of_fact and not is_about else _span(sentence, cue)
        if span is None or any(_overlap(span, other) and key != _key(deed) for other, key in won):
            continue
        won.append((span, _key(deed)))
        found.append((span.start, deed))
    return [deed for _, deed in sorted(found, key=lambda one: one[0])]


def _span(sentence: str, cue: Sequence[str]) -> range | None:
    """Return where the thing of a cue stands, its last word; None where any word is missing."""
    span: range | None = None
    for word in cue:
        if word == ASKED:
            if not sentence.rstrip().endswith(ASKED):
                return None
            continue
        hit = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sentence)
        if hit is None:
            return None
        span = range(*hit.span())
    return span


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _key(deed: Deed) -> str:
    return f"{deed.name} {sorted(deed.arguments.items())}"
