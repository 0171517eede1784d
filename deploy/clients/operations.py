"""The operations of an OpenAPI document, as a writer of clients needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

METHODS = ("get", "put", "post", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a path, a query or a header carries."""

    name: str
    place: Literal["path", "query", "header"]
    schema: Mapping[str, object]

    @property
    def word(self) -> str:
        """Its name as an identifier."""
        return self.name.replace("-", "_").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: Mapping[str, object] | None
    """The schema of its JSON body; none where it takes none."""
    answer: Mapping[str, object] | None
    """The schema of its JSON answer; none where it answers bytes or nothing."""
    is_json: bool

    @property
    def words(self) -> tuple[str, ...]:
        """Its name in words: the method, then the path with `by_<parameter>` for a parameter."""
        words = [self.method]
        for part in self.path.strip("/").split("/"):
            if part == "v1":
                continue
            if part.startswith("{"):
                words.append("by")
            words += part.strip("{}").replace("-", "_").split("_")
        return tuple(words)

    @property
    def has_key(self) -> bool:
        """Whether its document names the idempotency key."""
        return any(each.word == "idempotency_key" for each in self.placed("header"))

    def placed(self, place: str) -> list[Parameter]:
        """Its parameters in one place."""
        return [each for each in self.parameters if each.place == place]


def type_name(reference: str) -> str:
    """Return the type that a reference names, as an identifier."""
    name = reference.rpartition("/")[2]
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def _json_schema(content: Mapping[str, Any]) -> Mapping[str, object] | None:
    found = content.get("application/json")
    return None if found is None else found.get("schema", {})


def _operation(method: str, path: str, told: Mapping[str, Any]) -> Operation:
    body: Mapping[str, Any] = told.get("requestBody", {}).get("content", {})
    content: dict[str, Any] = {}
    for status, response in told["responses"].items():
        if status.startswith("2"):
            content |= response.get("content", {})
    return Operation(
        method=method,
        path=path,
        summary=told.get("summary", ""),
        parameters=tuple(
            Parameter(name=each["name"], place=each["in"], schema=each["schema"])
            for each in told.get("parameters", ())
        ),
        body=_json_schema(body),
        answer=_json_schema(content),
        is_json="application/json" in content,
    )


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Return the operations of a document, in the order of their paths; no two of one name."""
    found = [
        _operation(method, path, told[method])
        for path, told in sorted(document["paths"].items())
        for method in METHODS
        if method in told
    ]
    assert len({each.words for each in found}) == len(found), "two operations of one name"
    return found


def schemas(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the types of a document by name: its components, and what bodies define in place."""
    return _defined(document["paths"]) | document["components"]["schemas"]


def _defined(node: Any) -> dict[str, Mapping[str, Any]]:  # noqa: ANN401 - any JSON
    found: dict[str, Mapping[str, Any]] = {}
    if isinstance(node, dict):
        within = cast("dict[str, Any]", node)
        found |= within.get("$defs", {})
        node = list(within.values())
    if isinstance(node, list):
        for each in cast("list[Any]", node):
            found |= _defined(each)
    return found


def values_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a mapping's values; an empty one where they may be anything."""
    values = schema.get("additionalProperties")
    return cast("dict[str, Any]", values) if isinstance(values, dict) else {}
