"""The kit passes sound domains, and tells each planted defect by its law and its place."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_environment.core.conformance_kit import LAWS, check_domain, fingerprint
from seawright_environment.core.conformance_kit_arguments import Drawer
from seawright_environment.core.conformance_kit_bench import Budget, Findings
from seawright_environment.core.domain_content import DomainContent
from seawright_environment.core.domain_plugins import DomainPlugin
from seawright_environment.core.json_values import Tables
from seawright_environment.core.state import Database, State
from seawright_environment.core.toolkits import Tool, Toolkit
from seawright_environment.domains import AUTHORS, DOMAINS
from seawright_shared.records.checkers import CheckerSpec, GoalItem
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import GoldenAction, Scenario, Task

SMALL = Budget(num_sequences=12, calls_per_sequence=10, drafts_per_goal=3)
TEXT: Any = {"type": "string", "description": "An id."}
POLICY = (
    "Serve one guest at a time. Find the guest first. Ask for a clear yes before any change. " * 2
)


def generate(seed: int, num: int) -> Tables:
    draw = random.Random(f"{seed}/{num}")
    return {
        "rooms": {f"R{i}": {"room_id": f"R{i}", "guests": draw.randrange(4)} for i in range(num)}
    }


def get_room(state: State, room_id: str) -> str:
    if state.find("rooms", room_id) is None:
        raise ValueError("no such room")
    return state.text("rooms", room_id)


def check_in(state: State, room_id: str, num: Any) -> str:
    room: Any = state.find("rooms", room_id)
    if room is None or isinstance(num, bool) or not isinstance(num, int) or not 0 < num < 5:
        raise ValueError("no such room, or no such number of guests")
    owned: Any = state.own("rooms", room_id)
    owned["guests"] += num
    return "ok"


@dataclass(frozen=True)
class Hotel:
    """A sound domain, and what to plant in it."""

    get_room: Callable[..., str] = get_room
    check_in: Callable[..., str] = check_in
    generate: Callable[[int, int], Tables] = generate
    policy: Callable[[], str] = lambda: POLICY
    room_id: Any = None
    tasks: Callable[[], Sequence[Task]] = list[Task]

    def plugin(self) -> DomainPlugin:
        num: Any = {"type": "integer", "description": "How many."}
        room_id = TEXT if self.room_id is None else self.room_id
        reads: dict[str, Any] = {"room_id": room_id}
        tools = {
            "get_room": Tool(
                name="get_room",
                kind="read",
                description="Show a room.",
                parameters=reads,
                run=self.get_room,
            ),
            "check_in": Tool(
                name="check_in",
                kind="write",
                description="Take guests in.",
                parameters={**reads, "num": num},
                run=self.check_in,
            ),
        }
        content = DomainContent(
            name="hotel",
            toolkit=Toolkit(label="HotelTools", tools=tools),
            generate=self.generate,
            domain_policy=self.policy,
        )
        return DomainPlugin(content=content, tasks=self.tasks)


def failures(hotel: Hotel) -> dict[str, list[str]]:
    return {r.law: r.failures for r in check_domain(hotel.plugin(), SMALL) if not r.ok}


def task(due: int, *, checker: CheckerSpec | None = None, room: str = "R1") -> Task:
    goal = GoalItem(path=["rooms", "R1", "guests"], value=due)
    return Task(
        id="hotel_1",
        domain="hotel",
        database=DatabaseRef(domain="hotel", seed=0, num_customers=3),
        scenario=Scenario(persona="plain", opening="Hello.", wishes=[]),
        golden_actions=[
            GoldenAction(id="g0", name="check_in", arguments={"room_id": room, "num": 2})
        ],
        checker=checker or CheckerSpec(goals=[goal], frame=["rooms/R1/*"]),
    )


def guests() -> int:
    rooms: Any = generate(0, 3)["rooms"]
    return rooms["R1"]["guests"]


def test_a_sound_domain_keeps_every_law():
    hotel = Hotel(tasks=lambda: [task(guests() + 2)])
    reports = check_domain(hotel.plugin(), SMALL)
    assert [report.law for report in reports] == list(LAWS)
    assert [report for report in reports if not report.ok] == []
    assert all(report.tried for report in reports)


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_every_built_in_domain_keeps_every_law(name: str):
    plugin = DomainPlugin(content=DOMAINS[name], author=AUTHORS.get(name))
    assert [report for report in check_domain(plugin, SMALL) if not report.ok] == []


def test_the_same_budget_gives_the_same_reports_and_fingerprint():
    plugin = Hotel().plugin()
    assert check_domain(plugin, SMALL) == check_domain(plugin, SMALL)
    assert fingerprint(plugin) == fingerprint(plugin)
    assert fingerprint(plugin) != fingerprint(plugin, Budget(seed=1, drafts_per_goal=0))


def writing_read(state: State, room_id: str) -> str:
    text = get_room(state, room_id)
    state.own("rooms", room_id)["seen"] = True
    return text


def base_touching_write(state: State, room_id: str, num: int) -> str:
    room: Any = state.find("rooms", room_id)
    if room is None:
        raise ValueError("no such room")
    room["guests"] = 99
    return "ok"


def slipping_write(state: State, room_id: str, num: int) -> str:
    room: Any = state.find("rooms", room_id)
    return str(room["guests"] + num)


def asserting_write(state: State, room_id: str, num: int) -> str:
    assert num > 0
    return check_in(state, room_id, num)


def wordless_write(state: State, room_id: str, num: int) -> str:
    raise ValueError


def numeric_read(state: State, room_id: str) -> Any:
    return 7


def short_write(state: State, room_id: str) -> str:
    return get_room(state, room_id)


class Forgetful:
    """Answers and writes otherwise every time."""

    def __init__(self) -> None:
        self.num = 0

    def __call__(self, state: State, room_id: str, num: int) -> str:
        check_in(state, room_id, num)
        self.num += 1
        state.own("rooms", room_id)["number"] = self.num
        return f"{self.num}"


class Growing:
    """Makes another database every time."""

    def __init__(self) -> None:
        self.num = 0

    def __call__(self, seed: int, num: int) -> Tables:
        self.num += 1
        return generate(seed + self.num, num)


def unsized(seed: int, num: int) -> Tables:
    return generate(seed, 5)


def seedless(seed: int, num: int) -> Tables:
    return generate(0, num)


def tuples(seed: int, num: int) -> Tables:
    rooms: Any = {f"R{i}": {"room_id": f"R{i}", "at": (i, seed), "guests": 1} for i in range(num)}
    return {"rooms": rooms}


def failing(seed: int, num: int) -> Tables:
    raise RuntimeError("no paper")


CASES: Mapping[str, tuple[Hotel, str, str]] = {
    "a read writes": (
        Hotel(get_room=writing_read),
        "reads never write",
        "tool get_room: declared a read, it changed rooms/",
    ),
    "the base is changed": (
        Hotel(check_in=base_touching_write),
        "the shared base is never changed",
        "tool check_in: it changed rooms/",
    ),
    "a slip of the code": (
        Hotel(check_in=slipping_write),
        "arguments by schema raise no bug",
        "tool check_in: raised TypeError at ",
    ),
    "an assertion": (
        Hotel(check_in=asserting_write),
        "arguments by schema raise no bug",
        "tool check_in: raised AssertionError at ",
    ),
    "a refusal without words": (
        Hotel(check_in=wordless_write),
        "arguments by schema raise no bug",
        "tool check_in: raised ValueError at ",
    ),
    "a number for a text": (
        Hotel(get_room=numeric_read),
        "arguments by schema raise no bug",
        "tool get_room: returned a int",
    ),
    "other parameters": (
        Hotel(check_in=short_write),
        "schemas are complete",
        "tool check_in: the function takes the state and 1 values, the schema names 2",
    ),
    "memory": (
        Hotel(check_in=Forgetful()),
        "replay is deterministic",
        "tool check_in: replayed, call ",
    ),
    "no description": (
        Hotel(room_id={"type": "string"}),
        "schemas are complete",
        "tool get_room, parameter room_id: no description",
    ),
    "a type that is none": (
        Hotel(room_id={"type": "text", "description": "An id."}),
        "schemas are complete",
        "tool get_room, parameter room_id: 'text' is no JSON type",
    ),
    "a reference to nothing": (
        Hotel(room_id={"$ref": "#/$defs/Id", "description": "An id."}),
        "schemas are complete",
        "tool get_room, parameter room_id: '#/$defs/Id' leads nowhere",
    ),
    "no policy": (
        Hotel(policy=lambda: "Be nice."),
        "the policy text is there",
        "domain_policy: 8 characters",
    ),
    "a database by chance": (
        Hotel(generate=Growing()),
        "the seed database is reproducible and sized",
        "generate(0, 3): differs from call to call",
    ),
    "a database of one size": (
        Hotel(generate=unsized),
        "the seed database is reproducible and sized",
        "generate: 12 customers have no more entities than 3",
    ),
    "a database without a seed": (
        Hotel(generate=seedless),
        "the seed database is reproducible and sized",
        "generate: another seed gives the same database",
    ),
    "no plain JSON": (
        Hotel(generate=tuples),
        "the seed database is reproducible and sized",
        "rooms/R0: not plain JSON",
    ),
    "no database": (
        Hotel(generate=failing),
        "reads never write",
        "test_conformance_kit.py:",
    ),
    "gold that is refused": (
        Hotel(tasks=lambda: [task(guests(), room="R9")]),
        "gold runs",
        "task hotel_1, gold action g0: Error: no such room",
    ),
    "a checker that fails gold": (
        Hotel(tasks=lambda: [task(guests() + 3)]),
        "gold runs",
        "task hotel_1: its checker fails gold: rooms/R1/guests is ",
    ),
    "a checker that passes nothing done": (
        Hotel(tasks=lambda: [task(0, checker=CheckerSpec(frame=["rooms/R1/*"]))]),
        "gold runs",
        "task hotel_1: its checker passes an agent that does nothing",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_planted_defect_is_told_by_its_law_and_its_place(case: str):
    hotel, law, told = CASES[case]
    found = failures(hotel)
    assert law in found
    assert any(told in text for text in found[law]), found[law]


def hasty_write(state: State, room_id: str, num: int) -> str:
    room: Any = state.find("rooms", room_id)
    if room is None:
        raise ValueError("no such room")
    state.own("rooms", room_id)["guests"] = -1
    return check_in(state, room_id, num)


def test_a_tool_that_writes_before_it_has_checked_is_told():
    reports = check_domain(Hotel(check_in=hasty_write).plugin(), SMALL)
    (report,) = [each for each in reports if each.law == "a refused call changes nothing"]
    told = [*report.failures, *report.notes]
    assert any(text.startswith("tool check_in: ") for text in told)
    sound = check_domain(Hotel().plugin(), SMALL)
    (report,) = [each for each in sound if each.law == "a refused call changes nothing"]
    assert report.ok
    assert not report.notes


def test_a_tool_under_another_name_is_told():
    plugin = Hotel().plugin()
    tools = dict(plugin.content.toolkit.tools)
    tools["look"] = tools.pop("get_room")
    kit = replace(plugin.content.toolkit, tools=tools)
    wrong = replace(plugin, content=replace(plugin.content, toolkit=kit))
    (first, *_) = check_domain(wrong, SMALL)
    assert first.failures == ["toolkit['look']: the tool's name is 'get_room'"]


def test_few_failures_are_told_and_the_others_counted():
    found = Findings()
    for number in range(9):
        found.fail("tool x", f"failure {number}")
        found.fail("tool x", "failure 0")
    assert len(found.failures) == 6
    assert found.failures[-1] == "and 4 more"


SCHEMAS = st.recursive(
    st.sampled_from(["string", "integer", "number", "boolean"]).map(lambda kind: {"type": kind}),
    lambda inner: st.one_of(
        inner.map(lambda items: {"type": "array", "items": items}),
        st.dictionaries(st.sampled_from(["a", "room_id", "num"]), inner, max_size=3).map(
            lambda fields: {"type": "object", "properties": fields}
        ),
    ),
    max_leaves=4,
)
KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
}


def fits(value: Any, schema: Any) -> bool:
    kind = KINDS[schema["type"]]
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return False
    if kind is list:
        return all(fits(item, schema["items"]) for item in value)
    if kind is dict:
        fields = schema["properties"]
        return value.keys() == fields.keys() and all(fits(value[k], fields[k]) for k in fields)
    return True


@given(SCHEMAS, st.integers(0, 10**6))
def test_generated_arguments_fit_their_schema(schema: Any, seed: int):
    database = Database(name="x", tables=generate(1, 5), has_text_hash=False)
    drawer = Drawer(random.Random(seed), State(database).view())
    tool = Tool(name="x", kind="read", description="x", parameters={"p": schema}, run=get_room)
    for _ in range(5):
        assert fits(drawer.arguments(tool)["p"], schema)
