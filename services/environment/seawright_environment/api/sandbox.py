"""POST /v1/checkers/selftest and POST /v1/sandbox/selftest."""

from fastapi import APIRouter

from seawright_environment.usecases.check_source import CheckSource
from seawright_environment.usecases.sandbox_probing import ProbeSandboxes
from seawright_shared.contracts.environment import (
    CheckerSelfTestRequest,
    CheckerSelfTestResponse,
    SandboxReport,
)


def sandbox_routes(check: CheckSource, probe: ProbeSandboxes) -> APIRouter:
    """Return the routes of the two self-tests."""
    router = APIRouter(prefix="/v1", tags=["checkers"])

    # Neither is a coroutine: both are CPU work and waiting, and run in a thread.
    @router.post("/checkers/selftest", operation_id="test_checker")
    def test_checker(request: CheckerSelfTestRequest) -> CheckerSelfTestResponse:
        """Run the gate of twelve points on a checker, and set its status with the reason."""
        return check(
            request.task,
            request.checker,
            min_kill=request.min_kill,
            has_styles=request.has_styles,
        )

    @router.post("/sandbox/selftest", operation_id="test_sandbox")
    def test_sandbox() -> SandboxReport:
        """Run the hostile probes in every layer, and say which layers hold here."""
        return probe()

    return router
