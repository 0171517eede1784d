"""Faults: what a service raises when it cannot do what was asked; the web kit renders them.

SeawrightError
+-- InvalidRequestError    422  the request is malformed; `errors` names the fields
+-- UnauthenticatedError   401
+-- ForbiddenError         403
+-- NotFoundError          404
+-- ConflictError          409  the state does not allow it, or another attempt holds it
+-- SessionLostError       410  re-open by replaying the history
+-- PreconditionError      412
+-- TooLargeError          413
+-- UnsupportedMediaError  415
+-- UnavailableError       503  retry later
    +-- CapacityError      503  there is no room at present
    +-- DeadlineError      504  the wait named in the detail ended
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One wrong field: a JSON pointer into the body, a stable code, a sentence."""

    pointer: str
    code: str
    detail: str


class SeawrightError(Exception):
    """A fault with a stable code and a status; never an outcome, never a bug."""

    status: int = 500
    code: str = "internal"
    retryable: bool = False

    def __init__(
        self,
        detail: str,
        context: Mapping[str, object] | None = None,
        *,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.context = dict(context or {})
        self.errors = tuple(errors)

    def __str__(self) -> str:
        """Return the detail and, in brackets, what was said of each wrong field."""
        if not self.errors:
            return self.detail
        fields = "; ".join(f"{error.pointer}: {error.detail}" for error in self.errors)
        return f"{self.detail} ({fields})"


class InvalidRequestError(SeawrightError):
    """The request is malformed; `errors` names each wrong field."""

    status = 422
    code = "invalid-request"


class UnauthenticatedError(SeawrightError):
    """No valid credentials came with the request."""

    status = 401
    code = "unauthenticated"


class ForbiddenError(SeawrightError):
    """The credentials do not allow this."""

    status = 403
    code = "forbidden"


class NotFoundError(SeawrightError):
    """There is no such thing."""

    status = 404
    code = "not-found"


class ConflictError(SeawrightError):
    """The present state does not allow it, or another attempt holds it."""

    status = 409
    code = "conflict"


class SessionLostError(SeawrightError):
    """The session is gone; re-open it by replaying its history."""

    status = 410
    code = "session-lost"
    retryable = True


class PreconditionError(SeawrightError):
    """The expected version is not the present one."""

    status = 412
    code = "precondition-failed"


class UnsupportedMediaError(SeawrightError):
    """The body's type or encoding is none that is read here."""

    status = 415
    code = "unsupported-media-type"


class TooLargeError(SeawrightError):
    """The body is over the published limit."""

    status = 413
    code = "too-large"


class UnavailableError(SeawrightError):
    """A peer or store cannot be reached now."""

    status = 503
    code = "unavailable"
    retryable = True


class CapacityError(UnavailableError):
    """There is no room at present; the detail names the limit."""

    code = "at-capacity"


class DeadlineError(UnavailableError):
    """A wait ended; the detail names what was missing."""

    status = 504
    code = "deadline-exceeded"
