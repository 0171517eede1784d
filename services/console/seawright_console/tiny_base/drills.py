"""Short exercises that form copying: keyed recall, selection, schema calls, quoting."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from pydantic import JsonValue

from seawright_console.tiny_base import things
from seawright_console.tiny_base.words import NOUNS, QUALITIES, VERBS, known
from seawright_shared.records.messages import Message, ToolCall, ToolSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One dialogue to learn from."""

    system: str
    messages: list[Message]
    tools: list[ToolSchema] = field(default_factory=list[ToolSchema])


def heard(text: str) -> Message:
    """Return a user turn."""
    return Message(role="user", content=text)


def said(text: str) -> Message:
    """Return an assistant turn."""
    return Message(role="assistant", content=text)


def called(name: str, arguments: dict[str, JsonValue]) -> Message:
    """Return an assistant turn with one call."""
    call = ToolCall(id="call", name=name, arguments=arguments)
    return Message(role="assistant", tool_calls=[call])


def echo(random: Random) -> list[Message]:
    """A few ids and words, said again: where copying begins."""
    parts = [
        things.code(random, random.choice(things.SIMPLE))
        if random.random() < 0.5
        else random.choice(known())
        for _ in range(random.randint(2, 5))
    ]
    text = ", ".join(parts)
    return [heard(text), said(text)]


def keyed(random: Random) -> list[Message]:
    """Several things with ids, asked back in another order."""
    words = random.sample(known(), random.randint(3, 7))
    pairs = {word: things.code(random, random.choice(things.SIMPLE)) for word in words}
    sign = random.choice((" is ", " = ", ": ", " has "))
    turns = [heard(", ".join(f"{word}{sign}{item}" for word, item in pairs.items()))]
    turns.append(said("Noted."))
    for word in random.sample(words, random.randint(2, len(words))):
        turns += [heard(f"{word}?"), said(pairs[word])]
    return turns


def listed(random: Random) -> list[Message]:
    """First, last, numbered and reversed elements of lists of ids."""
    items = things.Codes(random, random.choice(things.SIMPLE))
    values = [items.draw() for _ in range(random.randint(2, 5))]
    turns = [heard(random.choice(("ids ", "list ", "here: ")) + ", ".join(values)), said("Noted.")]
    asks = {
        "first": values[0],
        "second": values[1],
        "last": values[-1],
        "reverse": ", ".join(reversed(values)),
        "all as json": json.dumps(values),
        "all": ", ".join(values),
    }
    for ask in random.sample(sorted(asks), 3):
        turns += [heard(f"{ask}?"), said(asks[ask])]
    return turns


def looked_up(random: Random) -> list[Message]:
    """Select an element of a JSON list by a field, and one of its other fields."""
    names = random.sample([*things.TRAITS, *things.SIMPLE], 3)
    ids = things.Codes(random, names[0])
    rows = [
        {
            f"{names[0]}_id": ids.draw(),
            names[1]: things.value(random),
            names[2]: random.choice(NOUNS),
        }
        for _ in range(random.randint(2, 5))
    ]
    table: JsonValue = [dict(row) for row in rows]
    if random.random() < 0.5:
        table = {row[f"{names[0]}_id"]: dict(row) for row in rows}
    text = things.written(random, table, is_compact=random.random() < 0.5)
    turns = [Message(role="tool", content=text), said("Noted.")]
    for row in random.sample(rows, 2):
        key = random.choice(names[1:])
        first = next(other for other in rows if other[key] == row[key])
        turns += [heard(f"{key} {row[key]}: id?"), said(first[f"{names[0]}_id"])]
    return turns


def quoted(random: Random) -> list[Message]:
    """Words of prose put into JSON strings and back: the same word, another token."""
    turns: list[Message] = []
    for _ in range(random.randint(2, 4)):
        keys = random.sample(things.SIMPLE, random.randint(1, 3))
        pool = random.choice((QUALITIES, NOUNS, VERBS, known()))
        row = {key: " ".join(random.sample(pool, random.choice((1, 1, 2)))) for key in keys}
        if random.random() < 0.3:
            row[keys[0]] = (
                f"{things.invented(random).capitalize()} {things.invented(random).capitalize()}"
            )
        prose = random.choice((" ", " is ", " = ")).join
        turns.append(heard(" and ".join(prose((key, item)) for key, item in row.items())))
        turns.append(said(json.dumps(row, ensure_ascii=False)))
    return turns


def schema(random: Random, name: str, arguments: list[str], lists: list[str]) -> ToolSchema:
    """Return a tool schema with string arguments and string lists."""
    del random
    properties: dict[str, JsonValue] = {}
    for argument in arguments:
        plain: dict[str, JsonValue] = {"type": "string"}
        many: dict[str, JsonValue] = {"type": "array", "items": plain}
        properties[argument] = many if argument in lists else plain
    required: list[JsonValue] = list(arguments)
    return ToolSchema(
        name=name,
        description="",
        parameters={"type": "object", "properties": properties, "required": required},
        kind="generic",
    )


def tool_name(random: Random) -> str:
    """Return a random tool name of two or three words."""
    return "_".join([random.choice(VERBS), *random.sample(things.SIMPLE, random.choice((1, 2)))])


def calling(random: Random) -> Lesson:
    """Call the named tool with the arguments its signature lists, in its order."""
    names = {tool_name(random) for _ in range(random.randint(2, 6))}
    tools: list[ToolSchema] = []
    for name in sorted(names):
        words = random.sample(things.SIMPLE, random.randint(1, 4))
        arguments = [random.choice((word, f"{word}_id")) for word in words]
        plural = [f"{words[-1]}_ids"] if random.random() < 0.4 else []
        tools.append(schema(random, name, [*arguments, *plural], plural))
    random.shuffle(tools)
    turns: list[Message] = []
    for tool in random.choices(tools, k=random.randint(2, 4)):
        arguments = tool.parameters["properties"]
        assert isinstance(arguments, dict)
        filled: dict[str, JsonValue] = {}
        for name in arguments:
            if name.endswith("_ids"):
                codes = things.Codes(random, "x")
                filled[name] = [codes.draw() for _ in range(random.randint(1, 3))]
            elif name.endswith("_id"):
                filled[name] = things.code(random, name.removesuffix("_id"))
            else:
                filled[name] = things.value(random)
        parts = [f"{name.replace('_', ' ')} {spoken(item)}" for name, item in filled.items()]
        if random.random() < 0.5:
            random.shuffle(parts)
        turns.append(heard(f"{tool.name.replace('_', ' ')} with " + ", ".join(parts)))
        turns.append(called(tool.name, filled))
        turns += [Message(role="tool", content="ok"), said("Done.")]
    return Lesson(system="Call tools.", messages=turns, tools=tools)


def spoken(item: JsonValue) -> str:
    """Return a value as a person says it."""
    return " and ".join(str(part) for part in item) if isinstance(item, list) else str(item)


PLAIN: dict[str, Callable[[Random], list[Message]]] = {
    "keyed": keyed,
    "listed": listed,
    "looked_up": looked_up,
    "quoted": quoted,
}


def drill(random: Random) -> Lesson:
    """Return one exercise of a random kind."""
    kind = random.choice((*sorted(PLAIN), "quoted", "calling", "calling"))
    if kind == "calling":
        return calling(random)
    return Lesson(system="Drill.", messages=PLAIN[kind](random))
