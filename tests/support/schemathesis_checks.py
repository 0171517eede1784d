"""What Schemathesis asks of refusals: loaded by it as hooks (see tests/api/schemathesis.toml).

A document says which requests are well formed, not which model folders, domains and goals there
are: a well-formed request may be refused for what it means. Its `positive_data_acceptance` is
told so (422), and this check stands where it stood: such a refusal names no rule of the schema.
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urljoin

import httpx
import msgpack
import schemathesis

LONGEST_WAIT = 60

_ENDINGS = {
    "/v1/synthesis-runs": "cancel",
    "/v1/evaluation-runs": "cancel",
    "/v1/user-quality-reports": "cancel",
    "/v1/training-runs": "cancel",
    "/v1/rollout-streams": "close",
}
"""How to end what a create at the end of a path began."""

SHAPES = frozenset(
    {
        "missing", "extra_forbidden", "json_invalid", "model_attributes_type", "model_type",
        "int_type", "int_parsing", "int_from_float", "float_type", "float_parsing", "bool_type",
        "bool_parsing", "string_type", "list_type", "dict_type", "none_required", "literal_error",
        "enum", "union_tag_invalid", "union_tag_not_found", "greater_than", "greater_than_equal",
        "less_than", "less_than_equal", "too_short", "too_long", "string_too_short",
        "string_too_long", "string_pattern_mismatch", "finite_number", "datetime_parsing",
    }
)  # fmt: skip
"""Pydantic's codes for what JSON Schema says, too."""


@schemathesis.check
def refused_for_what_it_means(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> bool | None:
    """A well-formed request is not refused for its form."""
    del ctx
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or response.status_code != 422:
        return None
    problem = response.json()
    codes = {error["code"] for error in problem["errors"]}
    assert not codes & SHAPES, f"refused for its form, which the document allows: {problem}"
    assert codes, f"refused without a field that is wrong: {problem}"
    return None


@schemathesis.serializer("application/msgpack")
def packed(ctx: schemathesis.SerializationContext, value: Any) -> bytes:
    """Write a body of the token-exact routes; what MessagePack cannot hold is sent as text."""
    del ctx
    try:
        return cast("bytes", msgpack.packb(value))
    except (TypeError, ValueError, OverflowError):
        return repr(value).encode()


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]
) -> None:
    """Wait for nothing: what a route would wait for does not come, and a stream does not end."""
    del context, kwargs
    for place in (case.query, case.body):
        if isinstance(place, dict) and _waits(cast("dict[str, object]", place)):
            place["wait_seconds"] = 0
    if case.operation.path.endswith("/events") and case.method == "GET":
        case.headers["Accept"] = "application/json"


@schemathesis.hook
def after_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], response: schemathesis.Response
) -> None:
    """End what a request began: runs of the examples' size would play beside all that follows."""
    del context
    (location, *_) = response.headers.get("location", [""])
    ending = next(
        (end for start, end in _ENDINGS.items() if case.operation.path.endswith(start)), ""
    )
    if case.method == "POST" and response.status_code in {201, 202} and ending and location:
        url = urljoin(str(response.request.url), f"{location}/{ending}")
        httpx.post(url, trust_env=False, timeout=LONGEST_WAIT)


def _waits(place: dict[str, object]) -> bool:
    seconds = place.get("wait_seconds")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return is_number and 0 < cast("float", seconds) <= LONGEST_WAIT
