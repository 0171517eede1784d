"""Toy service dialogues: identify, read, propose, confirm, write, report."""

from random import Random
from typing import cast

from pydantic import JsonValue

from seawright_console.tiny_base import things
from seawright_console.tiny_base.drills import Lesson, called, heard, said
from seawright_console.tiny_base.toy_world import Toolbox, ToyWorld, Write, toolbox, writes_of
from seawright_shared.records.messages import Message

REASONS = [
    "too late",
    "not needed",
    "wrong day",
    "found another",
    "by mistake",
    "too small",
    "moved away",
]


class Play:
    """One dialogue in the making."""

    def __init__(self, random: Random, size: float) -> None:
        self.random = random
        self.world = ToyWorld(random, size)
        self.writes = writes_of(self.world)
        self.tools: Toolbox = toolbox(self.world, self.writes)
        self.turns: list[Message] = []
        self._read: set[str] = set()

    def choice(self, *options: str) -> str:
        """Return one of several wordings."""
        return self.random.choice(options)

    def call(self, name: str, arguments: dict[str, JsonValue], result: str) -> None:
        """Add a call and its result."""
        self.turns += [called(name, arguments), Message(role="tool", content=result)]

    def ask(self, question: str, answer: str) -> None:
        """Add a question of the assistant and the user's answer."""
        self.turns += [said(question), heard(answer)]

    def read_once(self, key: str, name: str, argument: str, thing: JsonValue) -> None:
        """Read a thing unless this dialogue already has."""
        if key not in self._read:
            self._read.add(key)
            self.call(name, {argument: key}, self.world.text(thing))

    def identify(self, wish: str) -> None:
        """The user says what he wants; the assistant finds out who he is."""
        world, random = self.world, self.random
        by_email = random.random() < 0.5
        full = f"{world.first} {world.last}"
        who = (
            self.choice(
                f"My email is {world.email}.", f"{world.email}", f"Sure, it is {world.email}."
            )
            if by_email
            else self.choice(
                f"I am {full}, {world.code}.",
                f"My name is {full} and my zip is {world.code}.",
                f"{full}. The code is {world.code}.",
            )
        )
        if random.random() < 0.4:
            self.turns.append(heard(f"{wish} {who}"))
        else:
            self.turns.append(heard(wish))
            self.ask(
                self.choice(
                    "May I have your email, or your name and code?",
                    "Please tell me your email, or your full name and zip.",
                ),
                who,
            )
        if by_email:
            self.call(self.tools.by_email, {"email": world.email}, world.person_id)
        else:
            zone = world.place_names[-1] if len(world.place_names) == 6 else "code"
            arguments: dict[str, JsonValue] = {"first_name": world.first, "last_name": world.last}
            self.call(self.tools.by_name, {**arguments, zone: world.code}, world.person_id)
        self.read_once(world.person_id, self.tools.profile, f"{world.person}_id", world.profile)

    def wish(self) -> "Wish":
        """Draw what the user wants next."""
        return Wish(self, self.random.choice(self.writes))

    def settle(self, wish: "Wish") -> None:
        """Read what is needed, then refuse, or propose and write."""
        world = self.world
        if wish.uses_record:
            for record_id in wish.to_read:
                record = world.records[record_id]
                self.read_once(record_id, self.tools.record, f"{world.record}_id", record)
        state = str(world.records[wish.record_id][world.state_field])
        if wish.uses_record and state not in world.open_states:
            refusal = (
                f"{world.record} {wish.record_id} is {state}, so I cannot {wish.write.verb} it."
            )
            self.turns.append(said(f"Sorry, {refusal} Anything else?"))
            return
        if "news" in wish.write.arguments.values():
            for kind_id in wish.kind_ids:
                catalogue = world.catalogues[kind_id]
                self.read_once(kind_id, self.tools.catalogue, f"{world.kind}_id", catalogue)
        details = ", ".join(
            f"{name.replace('_', ' ')} {shown(x)}" for name, x in wish.filled.items()
        )
        proposal = f"I will {wish.write.verb} {details}. "
        agrees = self.random.random() < 0.92
        answer = self.choice(
            "Yes.", "Yes, please.", "yes", "Sure, go ahead.", "Yes, that is right."
        )
        self.ask(
            proposal
            + self.choice("Shall I proceed? (yes/no)", "Do you confirm?", "Is that right?"),
            answer if agrees else self.choice("No.", "No, leave it.", "No, I changed my mind."),
        )
        if not agrees:
            self.turns.append(said("Okay, I changed nothing. Anything else?"))
            return
        result = self.choice("ok", "done", world.text({"result": "done"}))
        if self.random.random() < 0.3:
            result = world.text(world.records[wish.record_id])
        self.call(wish.write.name, wish.filled, result)
        self.turns.append(
            said(self.choice("Done. Anything else?", "It is done. Is there anything else?"))
        )


class Wish:
    """One thing the user wants: a write, what it is about, and how he says it."""

    def __init__(self, play: Play, write: Write) -> None:
        world, random = play.world, play.random
        self.write = write
        self.record_id = random.choice(list(world.records))
        sources = set(write.arguments.values())
        self.uses_record = "record" in sources
        rows = world.rows(self.record_id)
        num_parts = random.choice((1, 1, 2)) if len(rows) > 1 else 1
        chosen = random.sample(rows, num_parts)
        self.kind_ids = [str(row[f"{world.kind}_id"]) for row in chosen]
        news = [self._new_variant(world, row) for row in chosen]
        if "news" in sources and None in news:
            chosen, news = rows[:0], []
        method_id = random.choice(list(world.methods))
        reason = random.choice(REASONS)
        place = things.place(random, write.place_names)
        part_ids: list[JsonValue] = [row[f"{world.part}_id"] for row in chosen]
        new_ids: list[JsonValue] = [new[0] for new in news if new]
        values: dict[str, JsonValue] = {
            "record": self.record_id, "person": world.person_id, "reason": reason,
            "method": method_id, "parts": part_ids, "news": new_ids,
            **{f"place:{name}": item for name, item in place.items()},
        }  # fmt: skip
        self.filled: dict[str, JsonValue] = {
            name: values[source] for name, source in write.arguments.items()
        }
        self.is_possible = "news" not in sources or bool(new_ids)
        names = [str(row["name"]).lower() for row in chosen]
        by_part = self.uses_record and random.random() < 0.3 and len(world.records) > 1
        before = list(world.records)[: list(world.records).index(self.record_id) + 1]
        lone = sum(self._mentions(world, one, names) for one in before) == 1
        self.to_read = before if by_part and lone and names else [self.record_id]
        about = f" {world.record}" + (
            f" with the {names[0]}"
            if len(self.to_read) > 1 or (by_part and lone and names)
            else f" {self.record_id}"
        )
        parts: list[str] = []
        if "parts" in sources:
            parts.append("the " + " and the ".join(names))
        if "news" in sources:
            parts.append("for " + " and ".join(new[1] for new in news if new))
        if "place" in {source.split(":")[0] for source in sources}:
            parts.append("new address " + ", ".join(str(item) for item in place.values()))
        if "method" in sources:
            parts.append(f"with my {world.methods[method_id]}")
        if "reason" in sources:
            parts.append(f"because {reason}" if random.random() < 0.5 else f"reason: {reason}")
        subject = f"my{about}" if self.uses_record else "my profile"
        opening = play.choice("I want to", "Please", "I would like to", "Can you")
        self.text = (
            f"{opening} {write.verb} {subject}" + "".join(f", {part}" for part in parts) + "."
        )

    @staticmethod
    def _mentions(world: ToyWorld, record_id: str, names: list[str]) -> bool:
        return bool(names) and any(
            str(row["name"]).lower() == names[0] for row in world.rows(record_id)
        )

    @staticmethod
    def _new_variant(world: ToyWorld, row: dict[str, JsonValue]) -> tuple[str, str] | None:
        """Return a free variant and words that single it out, or None."""
        variants = cast(
            "dict[str, dict[str, JsonValue]]",
            world.catalogues[str(row[f"{world.kind}_id"])]["variants"],
        )
        own = cast("dict[str, str]", row["options"])
        free = {
            key: cast("dict[str, str]", one["options"])
            for key, one in variants.items()
            if one["available"]
        }
        keys = [key for key, options in free.items() if options != own]
        world.random.shuffle(keys)
        for key in keys:
            options = free[key]
            changed = {trait: x for trait, x in options.items() if own.get(trait) != x}
            if sum(other == options for other in free.values()) == 1:
                same = ", the rest the same" if len(changed) < len(options) else ""
                return key, ", ".join(f"{trait} {x}" for trait, x in changed.items()) + same
        return None


def shown(item: JsonValue) -> str:
    """Return a value as the assistant says it."""
    return ", ".join(str(part) for part in item) if isinstance(item, list) else str(item)


def dialogue(random: Random, size: float) -> Lesson:
    """Return one dialogue; `size` from 0 to 1 grows tables and the number of wishes."""
    play = Play(random, size)
    world = play.world
    count = random.choice((1, 1, 2) if size > 0.3 else (1,))
    wishes = [wish for _ in range(count + 1) if (wish := play.wish()).is_possible][:count]
    if not wishes:
        return dialogue(random, size)
    play.identify(wishes[0].text)
    for number, wish in enumerate(wishes):
        if number:
            play.turns.append(heard(play.choice("Yes. ", "Also, ") + wish.text))
        play.settle(wish)
    if random.random() < 0.12:
        topic = random.choice(things.SIMPLE)
        play.turns.append(heard(f"My {topic} is broken, I need a person for my {topic}."))
        play.call(play.tools.hand_over, {"summary": f"{topic} broken"}, "ok")
        play.turns.append(said("A colleague takes over."))
    else:
        play.turns += [
            heard(play.choice("No, thanks.", "That is all.", "No, bye.")),
            said("Goodbye!"),
        ]
    states = " or ".join(world.open_states)
    system = play.choice(
        f"You help at a {random.choice(things.PLACES)}. A {world.record} may change while {states}.",
        f"Assist each {world.person}. Changes only when {world.state_field} is {states}.",
    )
    return Lesson(system=system, messages=play.turns, tools=play.tools.schemas)
