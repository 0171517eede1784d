"""tau2-bench's replay: only calls that may write are run again, and compared with the record."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.core.areal_databases import database_patch
from seawright_environment.core.json_values import JsonObject, Tables, same
from seawright_environment.core.sides import USER_TABLE, agent_document, merged, user_document
from seawright_environment.core.state import Database, State
from seawright_environment.core.tau2_documents import Tau2InitialState
from seawright_environment.core.tau2_messages import import_messages
from seawright_environment.core.toolkits import REFUSALS
from seawright_environment.core.world import Base, World
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, Requestor, ToolCall
from seawright_shared.records.tasks import EnvironmentCall, PatchOp


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A call and the message that answered it."""

    call: ToolCall
    answer: Message


def open_world(base: Base, start: Tau2InitialState | None, *, is_solo: bool = False) -> World:
    """Return the world that a task document starts from, before its message history."""
    start = start or Tau2InitialState()
    calls = [
        EnvironmentCall(requestor=call.env_type, name=call.func_name, arguments=call.arguments)
        for call in start.initialization_actions or []
    ]
    data = start.initialization_data or {}
    patch = initial_patch(base, data)
    common = _common_side(base, data)
    if common == "assistant":
        # The user's own database is out of everybody's reach.
        user = base.database.tables[USER_TABLE]
        patch += [PatchOp(path=[USER_TABLE, part], op="del") for part in user]
    world = World.open(base, patch, calls, is_solo=is_solo)
    world.common_side = common
    return world


def initial_patch(base: Base, data: Mapping[str, JsonValue]) -> list[PatchOp]:
    """Return what a task's initialization data changes: objects are merged, all else is set."""
    if not any(data.values()):
        return []
    content = base.content
    over: JsonObject = {}
    agent_data = data.get("agent_data")
    if isinstance(agent_data, dict):
        over.update(agent_data)
    if data.get("user_data") is not None:
        over[USER_TABLE] = data["user_data"]
    tables_before = base.database.tables
    if not (content.is_two_sided or content.list_tables):
        tables_before = _named_in(over, tables_before)
    before = State(Database(name="before", tables=tables_before, has_text_hash=False))
    document: JsonObject = agent_document(before, content.list_tables)
    if content.is_two_sided:
        document[USER_TABLE] = user_document(before)
    whole = merged(document, over)
    assert isinstance(whole, dict)
    try:
        tables = content.import_tables(whole)
    except REFUSALS as error:
        detail = f"initialization_data does not fit this domain's database: {error!r}"
        raise InvalidRequestError(detail) from error
    return database_patch(tables_before, tables)


def _named_in(over: JsonObject, tables: Tables) -> Tables:
    """Return the entities that data is laid over: of a large database, nothing else is read."""
    named: dict[str, dict[str, JsonObject]] = {}
    for name, table in tables.items():
        entities = over.get(name)
        keys = entities if isinstance(entities, dict) else {}
        named[name] = {key: table[key] for key in keys if key in table}
    return named


def _common_side(base: Base, data: Mapping[str, JsonValue]) -> Requestor | None:
    """Return whose database both kits share after tau2-bench merged data into one of them."""
    if not (base.database.is_exact and base.content.is_two_sided):
        return None
    if data.get("user_data") is not None:
        return "user"
    return "assistant" if data.get("agent_data") is not None else None


def history_of(start: Tau2InitialState | None) -> list[Message]:
    """Return the messages that precede the episode."""
    return import_messages(start.message_history or []) if start else []


def replay_writes(world: World, messages: Sequence[Message]) -> list[str]:
    """Run the recorded calls that may write, and return what answered differently.

    Raises `InvalidRequestError` where calls and answers do not pair.
    """
    mismatches: list[str] = []
    for answered in _paired(messages):
        call = answered.call
        if not world.base.content.is_write(call.name):
            continue
        result = world.call(call.requestor, call.name, call.arguments, call.id)
        if not same(_parsed(result.content), _parsed(answered.answer.content or "")):
            mismatches.append(f"{call.name} ({call.id}) answers differently: {result.content}")
    return mismatches


def _paired(messages: Sequence[Message]) -> list[Answered]:
    """Pair every call with the tool messages that follow it, in order and by id."""
    pairs: list[Answered] = []
    waiting: list[ToolCall] = []
    for index, message in enumerate(messages):
        if (message.role == "tool") != bool(waiting):
            raise InvalidRequestError(f"/messages/{index}: calls and answers do not pair")
        if message.role == "tool":
            call = waiting.pop(0)
            if call.id != message.tool_call_id:
                raise InvalidRequestError(f"/messages/{index}: not the answer to {call.id!r}")
            pairs.append(Answered(call=call, answer=message))
        else:
            waiting = list(message.tool_calls or ())
    if waiting:
        raise InvalidRequestError(f"call {waiting[0].id!r} is not answered")
    return pairs


def _parsed(content: str) -> JsonValue:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content
