"""The two sides of a domain: the agent's database, and the user's own in the table `user`."""

import hashlib
import json
from collections.abc import Mapping

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, copied
from seawright_environment.core.state import State

USER_TABLE = "user"
"""Its entities are the parts of the user's database: a device, an inbox."""


def agent_document(state: State, list_tables: frozenset[str] = frozenset()) -> JsonObject:
    """Return the agent's database as tau2-bench writes it; some tables are lists there."""
    document: JsonObject = {}
    for name in state.base.tables:
        if name != USER_TABLE:
            table = state.table(name)
            document[name] = list(table.values()) if name in list_tables else dict(table)
    return document


def user_document(state: State) -> JsonObject:
    """Return the user's database as tau2-bench writes it; hidden entities (`_...`) are left out."""
    table = state.table(USER_TABLE)
    return {key: entity for key, entity in table.items() if not key.startswith("_")}


def text_hash(document: Mapping[str, JsonValue]) -> str:
    """Return tau2-bench's hash of a database."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def merged(document: JsonValue, data: JsonValue) -> JsonValue:
    """Return a document with data laid over it: objects key by key, all else whole."""
    if not isinstance(document, dict) or not isinstance(data, dict):
        return copied(data)
    over = {key: merged(document.get(key), value) for key, value in data.items()}
    return {**document, **over}
