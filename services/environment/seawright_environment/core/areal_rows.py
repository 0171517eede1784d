"""The rows of the public AReaL-tau2 data: strictly read, each fault named by file, line, field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeVar, cast

from pydantic import BaseModel, JsonValue, ValidationError

from seawright_environment.core.json_values import JsonObject
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.base import Record

SFT_FILE = "tau2_sft_train.jsonl"
RL_FILE = "tau2_rl_train.jsonl"
DATABASES = "tau2_rl_database"
DOMAINS = ("airline", "retail", "telecom")
_MARKERS: Mapping[str, str] = {
    "seed_pattern_task_id": "airline",
    "scenario_id": "retail",
    "difficulty": "telecom",
    "num_subtasks": "telecom",
}
"""SFT rows name no domain; each domain's metadata has keys of its own."""
_Row = TypeVar("_Row", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place between two lines of a file: lines before it, and bytes."""

    number: int
    offset: int

    @staticmethod
    def parsed(text: str) -> "Cursor":
        """Return the cursor that a text names, or raise `InvalidRequestError`."""
        number, _, offset = text.partition("-")
        if not (number.isdecimal() and offset.isdecimal()):
            wrong = FieldError(pointer="/after", code="not-a-cursor", detail=f"{text!r} is none")
            raise InvalidRequestError("not a cursor", errors=[wrong])
        return Cursor(number=int(number), offset=int(offset))

    def __str__(self) -> str:
        """Return the text that `parsed` reads."""
        return f"{self.number}-{self.offset}"


START = Cursor(number=0, offset=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row as it stands in its file."""

    file: str
    text: bytes
    end: Cursor

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.end.number

    @property
    def pointer(self) -> str:
        """Where a fault's pointer starts."""
        return f"/{self.file}/{self.number}"

    def refuse(self, field: str, code: str, detail: str) -> NoReturn:
        """Raise `InvalidRequestError` naming file, line and field."""
        pointer = f"{self.pointer}/{field.replace('.', '/')}".rstrip("/")
        wrong = FieldError(pointer=pointer, code=code, detail=detail)
        where = f"{self.file}, line {self.number}"
        raise InvalidRequestError(f"{where}, {field or 'row'}: {detail}", errors=[wrong])


class ArealCall(Record):
    """A flat tool call."""

    name: str
    arguments: dict[str, JsonValue] = {}


class ArealMessage(Record):
    """One message of a dialogue so far."""

    role: str
    content: str | None = None
    tool_calls: list[JsonValue] | None = None


class ArealAnswer(Record):
    """The assistant's turn that the row teaches."""

    role: str = "assistant"
    content: str | None = None
    thinking: str | None = None
    tool_calls: list[JsonValue] | None = None


class ArealMetadata(Record):
    """Where a turn comes from. Both labels must be 1: the file holds failed dialogues."""

    source_dialog_id: str | int
    turn_index: int
    correct: int | None = None
    reward: float | None = None


class SftRow(Record):
    """One assistant turn in its context."""

    messages: list[ArealMessage]
    answer: ArealAnswer
    metadata: ArealMetadata

    @property
    def is_good(self) -> bool:
        """Whether both labels say that the dialogue succeeded."""
        return self.metadata.correct == 1 and self.metadata.reward == 1.0


class RlRow(Record):
    """What is read of an RL row beside its task document."""

    id: str
    db_path: str
    evaluation_criteria: str | dict[str, JsonValue]
    user_scenario: dict[str, JsonValue]


def parsed_line(line: Line) -> JsonObject:
    """Return the row as an object; `NaN` and its like are refused, for they are not JSON."""
    try:
        value = json.loads(line.text, parse_constant=_refused_constant)
    except (ValueError, RecursionError) as error:
        line.refuse("", "not-json", str(error))
    if not isinstance(value, dict):
        line.refuse("", "not-an-object", "a row is an object")
    return cast("JsonObject", value)


def read_as(kind: type[_Row], line: Line, row: Mapping[str, JsonValue]) -> _Row:
    """Return what is read of a row, or raise `InvalidRequestError` naming the field."""
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        line.refuse(".".join(map(str, first["loc"])), first["type"], first["msg"])


def flat_call(line: Line, field: str, value: JsonValue) -> ArealCall:
    """Return one call; OpenAI's nesting and arguments as a JSON text are read, too."""
    call = dict(value) if isinstance(value, dict) else {}
    inner = call.get("function")
    if isinstance(inner, dict):
        call = dict(inner)
    arguments = call.get("arguments")
    if isinstance(arguments, str):
        call["arguments"] = parsed_text(line, f"{field}.arguments", arguments)
    try:
        return ArealCall.model_validate(call)
    except ValidationError as error:
        first = error.errors()[0]
        inner_field = ".".join(map(str, first["loc"]))
        line.refuse(f"{field}.{inner_field}", first["type"], first["msg"])


def parsed_text(line: Line, field: str, text: str) -> JsonValue:
    """Return a field that holds JSON as a text."""
    try:
        return cast("JsonValue", json.loads(text, parse_constant=_refused_constant))
    except (ValueError, RecursionError) as error:
        line.refuse(field, "not-json", str(error))


def sft_domain(line: Line, row: Mapping[str, JsonValue]) -> str:
    """Return the domain that an SFT row's metadata tells."""
    metadata = row.get("metadata")
    told = cast("JsonObject", metadata) if isinstance(metadata, dict) else {}
    named = told.get("domain")
    if isinstance(named, str) and named in DOMAINS:
        return named
    found = sorted({domain for key, domain in _MARKERS.items() if key in told})
    if len(found) != 1:
        line.refuse("metadata", "no-domain", f"its keys tell no single domain: {found}")
    return found[0]


def rl_domain(line: Line, row: RlRow) -> str:
    """Return the domain that an RL row's scenario, else its id, tells."""
    instructions = row.user_scenario.get("instructions")
    told = instructions.get("domain") if isinstance(instructions, dict) else None
    if isinstance(told, str) and told in DOMAINS:
        return told
    prefix = row.id.partition("_")[0].lower()
    if prefix not in DOMAINS:
        line.refuse("id", "no-domain", f"neither the scenario nor {row.id!r} tells a domain")
    return prefix


def _refused_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")
