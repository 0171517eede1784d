"""Problems: every fault leaves as an RFC 9457 document that names what was wrong."""

from collections.abc import Mapping, Sequence
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import JsonValue
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.stdlib import get_logger

from seawright_shared.errors import FieldError, InvalidRequestError, SeawrightError
from seawright_shared.records.base import Record, canonical_json
from seawright_shared.telemetry.scope import REQUEST_ID

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 1
MAX_FIELD_ERRORS = 50
"""A body with a thousand wrong fields is told of the first ones."""
MAX_DETAIL = 300
_CODES = {400: "malformed", 404: "not-found", 405: "method-not-allowed"}


class ProblemField(Record):
    """One wrong field. The pointer leads into the body (`/spec/seed`), or names a parameter:
    `query:limit`, `path:id`, `header:idempotency-key`.
    """  # noqa: D205

    pointer: str
    code: str
    detail: str


class Problem(Record):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    """Stable; what programs compare."""
    request_id: str | None = None
    retryable: bool = False
    errors: list[ProblemField] = []
    context: dict[str, JsonValue] = {}
    """Ids that belong to the fault."""


def problem_of(error: SeawrightError, instance: str) -> Problem:
    """Return the document of a fault."""
    fields = [
        ProblemField(pointer=field.pointer, code=field.code, detail=field.detail)
        for field in error.errors
    ]
    return Problem(
        type=f"urn:seawright:problem:{error.code}",
        title=error.code.replace("-", " ").capitalize(),
        status=error.status,
        detail=error.detail,
        instance=instance,
        code=error.code,
        request_id=REQUEST_ID.get(),
        retryable=error.retryable,
        errors=fields,
        context={key: _plain(value) for key, value in error.context.items()},
    )


def _plain(value: object) -> JsonValue:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def instance_of(scope: Scope) -> str:
    """Return the path that was asked for, with the prefix below which the service stands."""
    prefix, path = str(scope.get("root_path", "")), str(scope["path"])
    return path if path.startswith(f"{prefix}/") else f"{prefix}{path}"


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response of a problem; one that may pass says when to come back."""
    extra = dict(headers or {})
    if problem.retryable and problem.status in {409, 429, 503, 504}:
        extra.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    if problem.status == 401:
        extra.setdefault("WWW-Authenticate", "Bearer")
    body = canonical_json(problem.model_dump(mode="json", exclude_none=True))
    return Response(body, problem.status, extra, media_type=MEDIA_TYPE)


def pointer_of(location: Sequence[str | int]) -> str:
    """Return where a validation error points: a JSON pointer, or `<place>:<parameter>`."""
    place, *rest = [str(part) for part in location] or ["body"]
    if place != "body":
        return f"{place}:{'.'.join(rest)}"
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in rest)


def field_errors(
    entries: Sequence[Mapping[str, object]], within: Sequence[str | int] = ()
) -> list[FieldError]:
    """Return pydantic's errors as fields; `within` is where in the body the checked part stands."""
    found: list[FieldError] = []
    for entry in entries[:MAX_FIELD_ERRORS]:
        place = list(cast("Sequence[str | int]", entry["loc"]))
        # A parser's position is no field.
        location = ["body"] if entry["type"] == "json_invalid" else place
        if within:
            location = ["body", *within, *place]
        # A message may quote what was sent, but not at any length.
        detail = str(entry["msg"])[:MAX_DETAIL]
        code = str(entry["type"])
        found.append(FieldError(pointer=pointer_of(location), code=code, detail=detail))
    return found


def _of_validation(error: RequestValidationError) -> InvalidRequestError:
    fields = field_errors(error.errors())
    named = ", ".join(field.pointer or "the body" for field in fields[:5])
    return InvalidRequestError(f"the request is malformed at {named}", errors=fields)


def _of_status(error: StarletteHTTPException) -> SeawrightError:
    fault = SeawrightError(str(error.detail))
    fault.status = error.status_code
    fault.code = _CODES.get(error.status_code, f"http-{error.status_code}")
    return fault


def _methods_at(app: FastAPI, path: str) -> set[str]:
    """Return what a path allows over all of its routes; Starlette names the first one's only.

    A route whose path has a word of a closed set in it, as a verb, is not at paths of other words.
    """
    return {
        method.upper()
        for template, methods in app.openapi()["paths"].items()
        if (found := compile_path(template)[0].match(path))
        for method, operation in methods.items()
        if all(
            found[parameter["name"]] in parameter["schema"]["enum"]
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "path" and "enum" in parameter["schema"]
        )
    }


def install_problems(app: FastAPI) -> None:
    """Answer faults, malformed requests and unknown routes with problem documents."""

    async def on_fault(request: Request, error: Exception) -> Response:
        assert isinstance(error, SeawrightError)
        if error.status >= 500:
            get_logger().warning("request.refused", code=error.code, detail=error.detail)
        return respond(problem_of(error, instance_of(request.scope)))

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if any(entry["loc"][0] == "path" for entry in error.errors()):
            methods = _methods_at(app, request.scope["path"])
            if methods and request.method not in methods:
                return await on_status(request, StarletteHTTPException(405))
        return respond(problem_of(_of_validation(error), instance_of(request.scope)))

    async def on_status(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            methods = _methods_at(app, request.scope["path"])
            headers["Allow"] = ", ".join(sorted(methods)) or headers.get("Allow", "")
        return respond(problem_of(_of_status(error), instance_of(request.scope)), headers)

    app.add_exception_handler(SeawrightError, on_fault)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(StarletteHTTPException, on_status)


class BugBarrier:
    """Logs what nobody foresaw and answers 500 without a word about the inside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or answer for the bug."""
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        # The last barrier of the process: whatever it was, it is logged and answered.
        except Exception:
            if scope["type"] != "http" or has_started:
                raise
            get_logger().exception("request.failed", path=scope["path"])
            fault = SeawrightError("an error of this service, logged")
            problem = problem_of(fault, instance_of(scope))
            await respond(problem)(scope, receive, send)
