"""OpenAPI: says of every route that its refusals are problem documents."""

from typing import Any, cast

from fastapi import FastAPI

from seawright_shared.web.problems import MEDIA_TYPE, Problem

CREDENTIALS = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, a service token, or a token of the deployment's OIDC provider.",
}
_VERBS = frozenset({"get", "put", "post", "delete", "patch"})


def describe_problems(app: FastAPI) -> None:
    """Replace FastAPI's own validation schema by the problem document, on all routes."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = plain()
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            components.pop(unused, None)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(cast("dict[str, Any]", problem.pop("$defs", {})))
        components["Problem"] = problem
        schema["components"]["securitySchemes"] = {"credentials": CREDENTIALS}
        # The empty one: a service on loopback may ask for nothing.
        schema["security"] = [{"credentials": []}, {}]
        for path in schema.get("paths", {}).values():
            for verb in _VERBS & set(path):
                replies = path[verb].setdefault("responses", {})
                replies.pop("422", None)
                # A route that refuses in another form says so itself.
                replies.setdefault("4XX", _reply("The request was refused."))
                replies.setdefault("5XX", _reply("The service could not do it."))
        return schema

    # FastAPI documents replacing the method as the way to extend the schema.
    app.openapi = described


def _reply(description: str) -> dict[str, object]:
    reference = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": reference}}}
