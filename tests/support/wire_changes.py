"""What a change of the wire breaks for those who wrote their clients by the earlier document.

A request is written by the earlier document and read by the present one; an answer is written by
the present one and read by the earlier one. Either way: does the reader take all that the writer
may say, and finds all that it may look for?
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

Node = Mapping[str, object]

_AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT = ("pattern", "format", "multipleOf")
_SIMPLE = ("null", "boolean", "integer", "number", "string", "array", "object")


def broken(earlier: Node, present: Node) -> list[str]:
    """Return what a client of the earlier document can no longer do; empty: nothing."""
    earlier, present = ({**each, "$defs": _in_place(each)} for each in (earlier, present))
    found: list[str] = []
    for path, operations in _nodes(earlier, "paths").items():
        for verb, before in _mapping(operations).items():
            name = f"{verb.upper()} {path}"
            after = _nodes(_nodes(present, "paths"), path).get(verb)
            if after is None:
                found.append(f"{name}: the route is gone")
                continue
            whole = _Operation(name, earlier, present, _mapping(before), _mapping(after))
            found.extend(whole.broken())
    return sorted(set(found))


@dataclass(frozen=True, slots=True)
class _Operation:
    name: str
    earlier: Node
    present: Node
    before: Node
    after: Node

    def broken(self) -> Iterator[str]:
        yield from self._parameters()
        yield from self._body()
        yield from self._answers()

    def _parameters(self) -> Iterator[str]:
        before, after = _parameters_of(self.before), _parameters_of(self.after)
        reading = _Reading(self.earlier, self.present, is_answer=False)
        for place, parameter in before.items():
            where = f"{self.name}: {place}"
            if place not in after:
                yield f"{where} is gone"
                continue
            yield from reading.refused(
                _nodes(parameter, "schema"), _nodes(after[place], "schema"), where
            )
        for place, parameter in after.items():
            was_required = place in before and before[place].get("required", False)
            if parameter.get("required", False) and not was_required:
                yield f"{self.name}: {place} is newly required"

    def _body(self) -> Iterator[str]:
        before, after = _nodes(self.before, "requestBody"), _nodes(self.after, "requestBody")
        if after.get("required", False) and not before.get("required", False):
            yield f"{self.name}: a body is newly required"
        reading = _Reading(self.earlier, self.present, is_answer=False)
        yield from self._contents(before, after, reading, "request")

    def _answers(self) -> Iterator[str]:
        after = _nodes(self.after, "responses")
        reading = _Reading(self.present, self.earlier, is_answer=True)
        for status, answer in _nodes(self.before, "responses").items():
            if status not in after:
                yield f"{self.name}: answer {status} is gone"
                continue
            now = _mapping(after[status])
            yield from self._contents(_mapping(answer), now, reading, f"answer {status}")

    def _contents(self, before: Node, after: Node, reading: "_Reading", what: str) -> Iterator[str]:
        now = _nodes(after, "content")
        for media, content in _nodes(before, "content").items():
            where = f"{self.name}: {what}"
            if media not in now:
                yield f"{where}: {media} is gone"
                continue
            ours = _nodes(_mapping(content), "schema")
            theirs = _nodes(_mapping(now[media]), "schema")
            pair = (theirs, ours) if reading.is_answer else (ours, theirs)
            yield from reading.refused(*pair, where)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One document's writer against the other's reader.

    Readers of answers pass over fields, values and bounds that they do not know, as every client
    of this project must; readers of requests refuse them.
    """

    writers: Node
    readers: Node
    is_answer: bool
    _under_way: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def refused(self, written: Node, read: Node, where: str) -> list[str]:
        """Return what the reader does not take; a pair that refers to itself is asked once."""
        names = (str(written.get("$ref", "")), str(read.get("$ref", "")))
        if all(names):
            if names in self._under_way:
                return []
            self._under_way.add(names)
        try:
            return self._alternatives(
                _resolved(self.writers, written), _resolved(self.readers, read), where
            )
        finally:
            self._under_way.discard(names)

    def _alternatives(self, written: Node, read: Node, where: str) -> list[str]:
        readers = _alternatives_of(read)
        found: list[str] = []
        for alternative in _alternatives_of(written):
            if len(readers) == 1:
                found += self._one(alternative, readers[0], where)
                continue
            tries = [self.refused(alternative, reader, where) for reader in readers]
            if all(tries):
                found += min(tries, key=len)
        return found

    def _one(self, written: Node, read: Node, where: str) -> list[str]:
        if "$ref" in written or "$ref" in read or "anyOf" in written or "anyOf" in read:
            return self.refused(written, read, where)
        said, taken = _types(written), _types(read)
        if not said <= taken:
            return [f"{where}: {_either(said - taken)} where {_either(taken)} is read"]
        found = [*self._values(written, read, where), *self._bounds(written, read, where)]
        if "object" in said:
            found += self._fields(written, read, where)
        if "items" in read:
            found += self.refused(_nodes(written, "items"), _nodes(read, "items"), f"{where}[]")
        return found

    def _values(self, written: Node, read: Node, where: str) -> Iterator[str]:
        said, taken = _values_of(written), _values_of(read)
        if taken is None or (self.is_answer and said is not None):
            return
        missing = ["any other"] if said is None else [v for v in said if v not in taken]
        if missing:
            yield f"{where}: the values {missing} are not among {taken}"

    def _bounds(self, written: Node, read: Node, where: str) -> Iterator[str]:
        if self.is_answer:
            return
        for names, sign in ((_AT_LEAST, 1.0), (_AT_MOST, -1.0)):
            for name in names:
                limit, was = read.get(name), written.get(name)
                if isinstance(limit, int | float) and not (
                    isinstance(was, int | float) and was * sign >= limit * sign
                ):
                    yield f"{where}: {name} is {limit}, it was {was}"
        for name in _EXACT:
            if name in read and read[name] != written.get(name):
                yield f"{where}: {name} is {read[name]!r}, it was {written.get(name)!r}"

    def _fields(self, written: Node, read: Node, where: str) -> Iterator[str]:
        said, taken = _nodes(written, "properties"), _nodes(read, "properties")
        # A field that the earlier document names is gone where the present one lacks it.
        earlier, present = (taken, said) if self.is_answer else (said, taken)
        for name in earlier.keys() - present.keys():
            yield f"{where}.{name} is gone"
        for name in _required(read) - _required(written):
            if not self.is_answer:
                yield f"{where}.{name} is newly required"
            elif name in said:
                yield f"{where}.{name} may be missing now"
        for name in said.keys() & taken.keys():
            yield from self.refused(_nodes(said, name), _nodes(taken, name), f"{where}.{name}")
        more, read_more = (node.get("additionalProperties", True) for node in (written, read))
        if read_more is False and more is not False and not self.is_answer:
            yield f"{where}: other fields are refused now"
        if isinstance(read_more, Mapping):
            others = cast("Node", more) if isinstance(more, Mapping) else {}
            if more is not False:
                yield from self.refused(others, cast("Node", read_more), f"{where}.*")


def _in_place(node: object) -> Node:
    """Return what schemas define in place: `#/$defs/` leads to the document's root otherwise."""
    found: dict[str, object] = {}
    if isinstance(node, Mapping):
        within = _mapping(cast("object", node))
        found |= _nodes(within, "$defs")
        node = list(within.values())
    if isinstance(node, list):
        for each in cast("list[object]", node):
            found |= _in_place(each)
    return found


def _mapping(value: object) -> Node:
    return cast("Node", value) if isinstance(value, Mapping) else {}


def _nodes(parent: Node, name: str) -> Node:
    return _mapping(parent.get(name))


def _parameters_of(operation: Node) -> dict[str, Node]:
    listed = cast("Sequence[Node]", operation.get("parameters", ()))
    return {f"{p['in']} {p['name']}": p for p in listed}


def _resolved(document: Node, schema: Node) -> Node:
    while "$ref" in schema:
        found: Node = document
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = _nodes(found, part)
        schema = found
    return schema


def _alternatives_of(schema: Node) -> Sequence[Node]:
    for name in ("anyOf", "oneOf"):
        if name in schema:
            return cast("Sequence[Node]", schema[name])
    return (schema,)


def _types(schema: Node) -> frozenset[str]:
    named = schema.get("type", _SIMPLE)
    types = frozenset([named] if isinstance(named, str) else cast("Sequence[str]", named))
    return types | {"integer"} if "number" in types else types


def _values_of(schema: Node) -> Sequence[object] | None:
    if "const" in schema:
        return (schema["const"],)
    return cast("Sequence[object] | None", schema.get("enum"))


def _required(schema: Node) -> frozenset[str]:
    return frozenset(cast("Sequence[str]", schema.get("required", ())))


def _either(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))
