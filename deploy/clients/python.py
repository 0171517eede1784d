"""Write a Python client: types for checkers of types, and a client over httpx."""

import keyword
from collections.abc import Mapping
from typing import Any

from deploy.clients.operations import Operation, operations, schemas, type_name, values_of

_PRIMITIVES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}
_HEAD = '''"""A typed client of seawright, generated from docs/api/seawright.json: do not edit."""

import json
import time
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict
from urllib.parse import quote

import httpx

FINAL = ("run.succeeded", "run.failed", "run.cancelled")


class ProblemError(Exception):
    """The service refused, or could not: `status`, and the problem document (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status}: {problem.get('title')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem


'''
_CLIENT = '''

class Client:
    """Every operation of the API; `http` decides address, credentials and timeouts."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def _call(self, method: str, path: str, **sent: Any) -> httpx.Response:
        for place in ("params", "headers"):
            sent[place] = {k: _text(v) for k, v in sent[place].items() if v is not None}
        reply = self.http.request(method, path, **sent)
        if reply.is_error:
            told = reply.headers.get("content-type", "")
            raise ProblemError(reply.status_code, reply.json() if "json" in told else {})
        return reply

    def follow(self, path: str, after: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield events of a run (path: `/orchestrator/v1/synthesis-runs/<id>/events`) to the last.

        A stream that breaks is taken up again behind the last event seen.
        """
        while True:
            sent = {"accept": "text/event-stream"} | ({"last-event-id": after} if after else {})
            try:
                with self.http.stream("GET", path, headers=sent) as reply:
                    if reply.is_error:
                        raise ProblemError(reply.status_code, json.loads(reply.read() or b"{}"))
                    for line in reply.iter_lines():
                        name, _, value = line.partition(": ")
                        if name == "id":
                            after = value
                        elif name == "data":
                            event = json.loads(value)
                            yield event
                            if event["type"] in FINAL:
                                return
            except httpx.TransportError:
                pass
            time.sleep(1)
'''
_TAIL = """

def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
"""


def annotation(schema: Mapping[str, Any]) -> str:
    """Return the type of a schema as an annotation."""
    if "$ref" in schema:
        return type_name(schema["$ref"])
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(repr(each) for each in schema['enum'])}]"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(annotation(each) for each in choices))
    match schema.get("type"):
        case "array":
            items = schema.get("items")
            return f"list[{annotation(items) if items else 'Any'}]"
        case "object":
            return f"dict[str, {annotation(values_of(schema))}]"
        case str() as name:
            return _PRIMITIVES[name]
        case _:
            return "Any"


def _type(name: str, schema: Mapping[str, Any]) -> str:
    properties: Mapping[str, Any] = schema.get("properties", {})
    if not properties:
        return f"{type_name(name)}: TypeAlias = {annotation(schema)}"
    required = set(schema.get("required", ()))
    rows: list[str] = []
    for key, value in properties.items():
        told = repr(annotation(value))
        rows.append(f"        {key!r}: {told if key in required else f'NotRequired[{told}]'},")
    head = (f"{type_name(name)} = TypedDict(", f"    {type_name(name)!r},", "    {")
    return "\n".join((*head, *rows, "    },", ")"))


def _argument(word: str) -> str:
    return f"{word}_" if keyword.iskeyword(word) else word


def _placed(operation: Operation, place: str) -> str:
    pairs = [f"{each.name!r}: {_argument(each.word)}" for each in operation.placed(place)]
    if place == "header" and operation.method == "post" and not operation.has_key:
        pairs.append("'idempotency-key': idempotency_key")
    return "{" + ", ".join(pairs) + "}"


def _arguments(operation: Operation) -> str:
    taken = ["self"]
    taken += [f"{_argument(e.word)}: {annotation(e.schema)}" for e in operation.placed("path")]
    if operation.body is not None:
        taken.append(f"body: {annotation(operation.body)}")
    named = [
        f"{_argument(each.word)}: {_or_none(annotation(each.schema))} = None"
        for each in operation.parameters
        if each.place != "path"
    ]
    if operation.method == "post" and not operation.has_key:
        named.append("idempotency_key: str | None = None")
    return ", ".join([*taken, "*", *named] if named else taken)


def _or_none(told: str) -> str:
    return told if "None" in told.split(" | ") else f"{told} | None"


def _answer(operation: Operation) -> tuple[str, str]:
    if operation.is_json:
        return annotation(operation.answer or {}), "reply.json()"
    return "bytes", "reply.content"


def _method(operation: Operation) -> str:
    returned, value = _answer(operation)
    path = operation.path
    for each in operation.placed("path"):
        path = path.replace(f"{{{each.name}}}", f"{{quote(str({_argument(each.word)}), safe='')}}")
    body = ", json=body" if operation.body is not None else ""
    sent = f"params={_placed(operation, 'query')}, headers={_placed(operation, 'header')}{body}"
    return "\n".join(
        (
            f"    def {'_'.join(operation.words)}({_arguments(operation)}) -> {returned}:",
            f'        """{operation.summary}: {operation.method.upper()} {operation.path}."""',
            f'        reply = self._call("{operation.method.upper()}", f"{path}", {sent})',
            f"        return {value}",
        )
    )


def client(document: Mapping[str, Any]) -> str:
    """Return the module's text."""
    # The records first, whose fields are named in quotes; what stands for a type may then name them.
    found = sorted(schemas(document).items(), key=lambda each: not each[1].get("properties"))
    types = [_type(name, each) for name, each in found]
    methods = [_method(each) for each in operations(document)]
    return _HEAD + "\n\n".join(types) + "\n" + _CLIENT + "\n" + "\n\n".join(methods) + "\n" + _TAIL
