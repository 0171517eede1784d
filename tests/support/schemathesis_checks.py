"""What Schemathesis asks of refusals: loaded by it as hooks (see tests/api/schemathesis.toml).

A document says which requests are well formed, not which model folders, domains and goals there
are: a well-formed request may be refused for what it means. Its `positive_data_acceptance` is
told so (422), and this check stands where it stood: such a refusal names no rule of the schema.
"""

import schemathesis

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
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
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
