"""POST /v1/verifications."""

from fastapi import APIRouter

from seawright_environment.usecases.verify_trajectory import VerifyTrajectory
from seawright_shared.contracts.environment import VerificationRequest, VerificationResponse


def verification_routes(verify: VerifyTrajectory) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/v1/verifications", tags=["verifications"])

    @router.post("", operation_id="verify_trajectory")
    async def verify_trajectory(request: VerificationRequest) -> VerificationResponse:
        """Replay the calls and judge them; stored messages can be verified again at any time."""
        verdict = await verify(
            request.task,
            request.messages,
            request.stop_reason,
            scoring=request.scoring,
            checker=request.checker,
        )
        return VerificationResponse(verdict=verdict)

    return router
