"""A random toy service: a person, his records with parts, catalogues, and tools to change them."""

from dataclasses import dataclass, field
from random import Random

from pydantic import JsonValue

from seawright_console.tiny_base import things
from seawright_console.tiny_base.drills import schema
from seawright_console.tiny_base.words import QUALITIES, VERBS
from seawright_shared.records.messages import ToolSchema

Source = str
"""Where an argument of a write comes from: record, person, reason, method, parts, news, place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A tool that changes something; `arguments` maps names to their sources, in order."""

    verb: str
    name: str
    arguments: dict[str, Source]
    place_names: list[str]


@dataclass(slots=True)
class ToyWorld:
    """Everything one dialogue can mention."""

    random: Random
    size: float
    person: str = ""
    record: str = ""
    part: str = ""
    kind: str = ""
    is_compact: bool = False
    open_states: list[str] = field(default_factory=list[str])
    profile: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    person_id: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    code: str = ""
    methods: dict[str, str] = field(default_factory=dict[str, str])
    """Method id to its kind in words."""
    records: dict[str, dict[str, JsonValue]] = field(
        default_factory=dict[str, dict[str, JsonValue]]
    )
    catalogues: dict[str, dict[str, JsonValue]] = field(
        default_factory=dict[str, dict[str, JsonValue]]
    )
    place_names: list[str] = field(default_factory=list[str])
    state_field: str = "status"
    method_field: str = "methods"

    def __post_init__(self) -> None:
        draw = self.random
        self.person, self.record = draw.choice(things.PEOPLE), draw.choice(things.RECORDS)
        self.part = draw.choice(things.PARTS)
        self.kind = draw.choice(("kind", "type", "model", "line", "series", "group"))
        self.is_compact = draw.random() < 0.4
        self.state_field = draw.choice(("status", "state", "phase", "status"))
        self.method_field = draw.choice(("accounts", "cards", "funds", "means", "wallets"))
        line = draw.choice(("address", "street", "line", "place"))
        names = [f"{line}1", f"{line}2", "city", draw.choice(("state", "region", "area"))]
        self.place_names = [*names, "country", draw.choice(("zip", "postcode", "zone"))]
        if draw.random() < 0.4:
            self.place_names = self.place_names[: draw.randint(2, 5)]
        self.open_states = draw.sample(["pending", "open", "waiting", "active", "draft", "new"], 2)
        self._person()
        ids, owner = things.Codes(draw, self.record), f"{self.person}_id"
        kinds = things.Codes(draw, self.kind)
        parts = things.Codes(draw, self.part)
        for _ in range(draw.choice((1, 1, 2, 3))):
            record_id = ids.draw()
            rows = [
                self._part(parts, kinds)
                for _ in range(draw.choice((1, 2, 2, 3) if self.size > 0.3 else (1, 2)))
            ]
            self.records[record_id] = self._record(record_id, owner, rows)
        self.profile[f"{self.record}s"] = list(self.records)

    def _person(self) -> None:
        draw = self.random
        self.first, self.last = (things.invented(draw).capitalize() for _ in range(2))
        self.code = things.digits(draw, 5, 5)
        self.person_id = (
            f"{self.first}_{self.last}_{things.digits(draw, 4, 4)}".lower()
            if draw.random() < 0.5
            else things.code(draw, self.person)
        )
        self.email = f"{self.first}.{self.last}{things.digits(draw, 2, 4)}@example.com".lower()
        kinds = draw.sample(
            ["bank_card", "club_card", "blue_card", "voucher", "pass", "wallet", "savings_book"], 3
        )
        rows: dict[str, JsonValue] = {}
        for word in kinds[: draw.choice((1, 2, 2, 3))]:
            method_id = f"{word}_{things.digits(draw, 4, 7)}"
            self.methods[method_id] = word.replace("_", " ")
            rows[method_id] = {"source": word, "id": method_id, "rank": draw.randint(1, 99)}
        place = things.place(draw, self.place_names)
        parts: list[tuple[str, JsonValue]] = [
            (f"{self.person}_id", self.person_id),
            ("name", {"first_name": self.first, "last_name": self.last}),
            ("address" if draw.random() < 0.5 else "home", place),
            ("email", self.email),
            (self.method_field, rows),
        ]
        if draw.random() < 0.3:
            draw.shuffle(parts)
        self.profile = dict(parts)

    def _part(self, parts: things.Codes, kinds: things.Codes) -> dict[str, JsonValue]:
        draw = self.random
        traits = draw.sample(things.TRAITS, draw.choice((1, 2, 2, 3)))
        domain = {trait: [things.value(draw) for _ in range(3)] for trait in traits}
        kind_id = kinds.draw()
        word = draw.choice(things.SIMPLE)
        name = f"{draw.choice(QUALITIES)} {word}" if draw.random() < 0.4 else word
        name = name.title() if draw.random() < 0.6 else name
        variants: dict[str, JsonValue] = {}
        for _ in range(draw.randint(3, 4 + int(5 * self.size))):
            options: JsonValue = {trait: draw.choice(domain[trait]) for trait in traits}
            variant_id = parts.draw()
            free = draw.random() < 0.6
            variants[variant_id] = {
                f"{self.part}_id": variant_id, "options": options, "available": free,
                "price": round(draw.uniform(5, 900), 2),
            }  # fmt: skip
        self.catalogues[kind_id] = {"name": name, f"{self.kind}_id": kind_id, "variants": variants}
        own_id = draw.choice(sorted(variants))
        own = variants[own_id]
        assert isinstance(own, dict)
        return {
            "name": name, f"{self.kind}_id": kind_id, f"{self.part}_id": own_id,
            "price": own["price"], "options": own["options"],
        }  # fmt: skip

    def _record(
        self, record_id: str, owner: str, rows: list[dict[str, JsonValue]]
    ) -> dict[str, JsonValue]:
        draw = self.random
        is_open = draw.random() < 0.8
        state = draw.choice(self.open_states if is_open else ["closed", "lost", "done", "blocked"])
        listed: list[JsonValue] = list(rows)
        fields: dict[str, JsonValue] = {f"{self.record}_id": record_id, owner: self.person_id}
        if draw.random() < 0.6:
            fields["address"] = things.place(draw, self.place_names)
        fields[f"{self.part}s"] = listed
        fields[self.state_field] = state
        if draw.random() < 0.5:
            paid: JsonValue = {
                "amount": round(draw.uniform(5, 900), 2),
                "by": draw.choice(sorted(self.methods)),
            }
            fields["history"] = [paid]
        return fields

    def rows(self, record_id: str) -> list[dict[str, JsonValue]]:
        """Return a record's parts."""
        listed = self.records[record_id][f"{self.part}s"]
        assert isinstance(listed, list)
        return [row for row in listed if isinstance(row, dict)]

    def text(self, thing: JsonValue) -> str:
        """Return JSON as this world's tools write it."""
        return things.written(self.random, thing, is_compact=self.is_compact)


def argument_name(world: ToyWorld, source: Source) -> str:
    """Return the argument's name for a source."""
    draw = world.random
    return {
        "record": f"{world.record}_id",
        "person": f"{world.person}_id",
        "reason": draw.choice(("reason", "note", "cause", "why")),
        "method": draw.choice(("method_id", "account_id", "means_id", "source_id")),
        "parts": f"{world.part}_ids",
        "news": f"new_{world.part}_ids",
    }[source]


def writes_of(world: ToyWorld) -> list[Write]:
    """Return this world's changing tools: random verbs over random sets of sources."""
    draw = world.random
    shapes = [
        ["record", "reason"], ["record", "method"], ["record", "parts", "method"],
        ["record", "parts", "news", "method"], ["record", "parts", "news"], ["record", "place"],
        ["person", "place"], ["record", "parts"], ["record"], ["person", "record", "reason"],
    ]  # fmt: skip
    found: list[Write] = []
    verbs = draw.sample(VERBS[:150], len(shapes))
    for verb, shape in zip(verbs, draw.sample(shapes, draw.randint(3, 5)), strict=False):
        order = shape if draw.random() < 0.7 else draw.sample(shape, len(shape))
        arguments: dict[str, Source] = {}
        for source in order:
            if source == "place":
                arguments |= {name: f"place:{name}" for name in world.place_names}
            else:
                arguments[argument_name(world, source)] = source
        subject = world.person if "record" not in shape else world.record
        extra = [draw.choice(things.SIMPLE)] if draw.random() < 0.6 else []
        name = "_".join([verb, subject, *extra])
        found.append(
            Write(verb=verb, name=name, arguments=arguments, place_names=world.place_names)
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """The names of the reading tools and the schemas of all."""

    by_email: str
    by_name: str
    profile: str
    record: str
    catalogue: str
    hand_over: str
    schemas: list[ToolSchema]


def toolbox(world: ToyWorld, writes: list[Write]) -> Toolbox:
    """Return tools for this world under random names."""
    draw = world.random
    find = draw.choice(("find", "search", "locate", "lookup"))
    get = draw.choice(("get", "read", "show", "fetch", "open"))
    tail = draw.choice(("", "_info", "_details", "_record", "_sheet"))
    names = {
        "by_email": f"{find}_{world.person}_by_email",
        "by_name": f"{find}_{world.person}_by_name",
        "profile": f"{get}_{world.person}{tail}",
        "record": f"{get}_{world.record}{tail}",
        "catalogue": f"{get}_{world.kind}{tail}",
        "hand_over": draw.choice(("hand_over", "call_colleague", "escalate", "pass_to_staff")),
    }
    zone = world.place_names[-1] if len(world.place_names) == 6 else "code"
    schemas = [
        schema(draw, names["by_email"], ["email"], []),
        schema(draw, names["by_name"], ["first_name", "last_name", zone], []),
        schema(draw, names["profile"], [f"{world.person}_id"], []),
        schema(draw, names["record"], [f"{world.record}_id"], []),
        schema(draw, names["catalogue"], [f"{world.kind}_id"], []),
        schema(draw, names["hand_over"], ["summary"], []),
    ]
    for write in writes:
        many = [name for name, source in write.arguments.items() if source in ("parts", "news")]
        schemas.append(schema(draw, write.name, list(write.arguments), many))
    draw.shuffle(schemas)
    return Toolbox(**names, schemas=schemas)
