"""Refusals that name the field at fault."""

from seawright_shared.errors import FieldError, InvalidRequestError


def refused(pointer: str, code: str, detail: str) -> InvalidRequestError:
    """Return the fault that names one wrong field of a request's body."""
    error = FieldError(pointer=pointer, code=code, detail=detail)
    return InvalidRequestError(f"{pointer}: {detail}", errors=[error])
